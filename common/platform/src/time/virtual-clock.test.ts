import { describe, expect, it } from 'vitest';
import { VirtualClock } from './virtual-clock.js';

describe('VirtualClock', () => {
  it('wakes sleepers in the order of their times, each at its own', async () => {
    const clock = new VirtualClock(1_000);
    const log: string[] = [];
    const sleep = async (name: string, ms: number) => {
      await clock.sleep(ms);
      log.push(`${name}@${String(clock.now())}`);
    };
    const both = [sleep('b', 20), sleep('a', 10).then(() => sleep('c', 5))];
    await clock.advance(30);
    await Promise.all(both);
    expect(log).toEqual(['a@1010', 'c@1015', 'b@1020']);
    expect({ now: clock.now(), monotonic: clock.monotonic(), sleeping: clock.sleeping }).toEqual({
      now: 1_030,
      monotonic: 30,
      sleeping: 0,
    });
  });

  it('ends a sleep early when its signal aborts', async () => {
    const clock = new VirtualClock();
    const controller = new AbortController();
    const slept = clock.sleep(1_000, controller.signal);
    controller.abort();
    await slept;
    await clock.sleep(1_000, controller.signal);
    expect({ now: clock.now(), sleeping: clock.sleeping }).toEqual({ now: 0, sleeping: 0 });
  });
});
