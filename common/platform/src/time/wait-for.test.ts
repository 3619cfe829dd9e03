import { type Logger, pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from './virtual-clock.js';
import { waitFor } from './wait-for.js';

function aLog(): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const logger = pino(
    { base: null, timestamp: false },
    { write: (line) => void lines.push((JSON.parse(line) as { msg: string }).msg) },
  );
  return { logger, lines };
}

describe('waitFor', () => {
  it('says that it waits, not too often, and goes on when the thing comes', async () => {
    const clock = new VirtualClock();
    const { logger, lines } = aLog();
    let tries = 0;
    const done = waitFor({
      what: 'Redis',
      logger,
      clock,
      attempt: () => {
        tries += 1;
        return clock.now() < 12_000 ? Promise.reject(new Error('refused')) : Promise.resolve();
      },
    });
    await Promise.resolve();
    await clock.advance(20_000);
    await done;
    expect(lines).toEqual(['waiting for Redis', 'waiting for Redis', 'waiting for Redis', 'Redis is there, going on']);
    expect(tries).toBe(11);
  });

  it('says nothing when the thing is there at once', async () => {
    const { logger, lines } = aLog();
    await waitFor({ what: 'Redis', logger, clock: new VirtualClock(), attempt: () => Promise.resolve() });
    expect(lines).toEqual([]);
  });
});
