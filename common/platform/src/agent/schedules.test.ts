import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { currentContext } from '../observe/request-context.js';
import { VirtualClock } from '../time/virtual-clock.js';
import type { Schedule } from './definition.js';
import { runSchedules } from './schedules.js';

function run(schedules: readonly Schedule[]) {
  const clock = new VirtualClock(0);
  const lines: string[] = [];
  const stopping = new AbortController();
  const logger = pino({ level: 'error' }, { write: (line: string) => lines.push(line) });
  const over = runSchedules(schedules, { clock, logger, stopping: stopping.signal });
  return { clock, lines, stopping, over };
}

describe('schedules', () => {
  test('take a turn every so often, with a trace of its own', async () => {
    const traces: (string | undefined)[] = [];
    const turn = () => {
      traces.push(currentContext().traceId);
      return Promise.resolve();
    };
    const { clock, stopping, over } = run([{ name: 'mark', everyMs: 100, run: turn }]);
    await clock.advance(350);
    expect([traces.length, new Set(traces).size]).toEqual([3, 3]);
    stopping.abort();
    await over;
  });

  test('never overlap: the next turn comes after the last one’s end', async () => {
    let running = 0;
    let most = 0;
    let turns = 0;
    let end: () => void = () => undefined;
    const turn = async () => {
      running += 1;
      turns += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => (end = resolve));
      running -= 1;
    };
    const { clock, stopping, over } = run([{ name: 'slow', everyMs: 10, run: turn }]);
    await clock.advance(100);
    expect(turns).toBe(1);
    end();
    await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(20);
    expect([turns, most]).toEqual([2, 1]);
    stopping.abort();
    end();
    await over;
  });

  test('go on after an error, which is logged with the schedule’s name', async () => {
    let turns = 0;
    const turn = () => {
      turns += 1;
      return Promise.reject(new Error('broken'));
    };
    const { clock, lines, stopping, over } = run([{ name: 'sweep', everyMs: 10, run: turn }]);
    await clock.advance(25);
    stopping.abort();
    await over;
    expect([turns, lines.length]).toEqual([2, 2]);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ schedule: 'sweep', err: { message: 'broken' } });
  });
});
