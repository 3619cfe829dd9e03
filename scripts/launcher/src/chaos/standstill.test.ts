import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { unlessStandstill } from './standstill.js';

describe('work that must go on', () => {
  it('ends when it is done', async () => {
    let done = false;
    const work = async () => {
      await sleep(1);
      done = true;
    };
    await unlessStandstill(work, { progress: () => 0, describe: () => '' });
    expect(done).toBe(true);
  });

  it('is given up, described, when nothing moves', async () => {
    const work = () => new Promise<void>(() => undefined);
    const options = { progress: () => 3, describe: () => '3 of 10', patienceMs: 0 };
    await expect(unlessStandstill(work, options)).rejects.toThrow('expected the load to go on, stands still: 3 of 10');
  });
});
