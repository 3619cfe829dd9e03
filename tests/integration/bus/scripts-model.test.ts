import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { RedisScripts } from '@octant/platform/bus/redis-scripts';
import { systemClock } from '@octant/platform/time/system-clock';
import { TestDesk } from './desk.js';
import { knownRuns } from './scripts-model/known-runs.js';
import { performRun } from './scripts-model/perform-run.js';
import { aRun } from './scripts-model/steps.js';

const RUNS = 250;
/** A run takes 30 steps on average and each waits for the disk, so a busy machine takes fewer. */
const LONGEST_MS = 30_000;

describe('the scripts of the bus', () => {
  let desk: TestDesk;
  let scripts: RedisScripts;
  let runs = 0;
  beforeAll(() => {
    desk = new TestDesk();
    scripts = new RedisScripts(desk.redis, systemClock);
  });
  afterAll(() => desk.close());

  it('do what their model does, whatever two consumers, hands and lost replies make of it', async () => {
    await fc.assert(
      fc.asyncProperty(aRun, async (run) => {
        runs += 1;
        await performRun({ redis: desk.redis, scripts, prefix: desk.key(`run-${String(runs)}:`) }, run);
      }),
      { numRuns: RUNS, examples: knownRuns.map((run) => [run]), interruptAfterTimeLimit: LONGEST_MS },
    );
  });
});
