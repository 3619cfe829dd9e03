import { afterEach, describe, expect, it } from 'vitest';
import { TestFleet } from '../../support/test-fleet.js';

let fleet: TestFleet | undefined;

afterEach(async () => {
  await fleet?.stop();
  fleet = undefined;
});

describe('an agent that hangs while the fleet is awaited', () => {
  it('is killed and started again, and the fleet gets ready', async () => {
    fleet = await TestFleet.start('hanging');
    const { pid } = fleet.fleet.agent('portfolio-manager').process;
    process.kill(pid ?? 0, 'SIGSTOP');
    await fleet.fleet.awaitReady(AbortSignal.timeout(60_000), () => undefined);
    expect(fleet.deaths).toEqual([expect.stringContaining('portfolio-manager: SIGKILL')]);
    expect(fleet.fleet.agent('portfolio-manager').process.pid).not.toBe(pid);
  });
});
