import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { completeWatch, decideWatch, firstWatch, mayAct, type Sighting, type Watch } from './decide-watch.js';

const limits = { afterMs: 15_000, calmMs: 30_000 };
const silent = { kind: 'silent' } as const;
const unreadable = { kind: 'unreadable' } as const;
const beat = (atMs: number, change: { live?: boolean; ageMs?: number } = {}) =>
  ({ kind: 'beat', live: true, ageMs: 0, atMs, ...change }) as const;

type Look = readonly [nowMs: number, heartbeat: Sighting['heartbeat'], answers?: boolean];

function after(looks: readonly Look[], from: Watch = firstWatch(0)): Watch {
  return looks.reduce(
    (watch, [nowMs, heartbeat, answers = false]) => decideWatch(watch, { nowMs, heartbeat, answers }, limits),
    from,
  );
}

const acting = after([
  [1_000, beat(501_000)],
  [16_000, silent],
]);

function expectOneAlarm(before: Watch, watch: Watch, begins: boolean): void {
  if (watch.phase !== 'acting' && watch.phase !== 'tripped') {
    expect([watch.alarmId, watch.backSinceMs]).toEqual([undefined, undefined]);
    return;
  }
  expect(watch.alarmId).toBeDefined();
  if (!begins) expect(watch.alarmId).toBe(before.alarmId);
}

describe('the guardian', () => {
  test('is idle for an executor that it has never seen trading live, however silent it is', () => {
    expect(
      after([
        [1_000, silent],
        [90_000, unreadable],
        [99_000, beat(1, { live: false })],
        [200_000, silent],
      ]).phase,
    ).toBe('idle');
  });

  test('watches while there is a beat, is alarmed at a third of the time, and acts at the end of it', () => {
    const seen = after([[1_000, beat(501_000)]]);
    expect(seen).toEqual({ phase: 'watching', lastBeatMs: 1_000, lastBeatAtMs: 501_000, lastAnswerMs: 0 });
    expect(after([[5_999, silent]], seen).phase).toBe('watching');
    expect(after([[6_000, silent]], seen).phase).toBe('alarm');
    expect(after([[15_999, silent]], seen).phase).toBe('alarm');
    expect(after([[16_000, silent]], seen)).toEqual({ ...seen, phase: 'acting', alarmId: 'silent-since-501000' });
  });

  test('takes a heartbeat that cannot be read for one that is missing', () => {
    expect(
      after([
        [1_000, beat(1)],
        [16_000, unreadable],
      ]).phase,
    ).toBe('acting');
  });

  test('does not act while the executor answers, or beats without answering', () => {
    const seen = after([[1_000, beat(1)]]);
    expect(after([[60_000, silent, true]], seen).phase).toBe('watching');
    expect(after([[60_000, beat(2)]], seen).phase).toBe('watching');
  });

  test('takes no notice of a stop that was asked for', () => {
    expect(
      after([
        [1_000, beat(1)],
        [2_000, beat(2, { live: false })],
        [99_000, silent],
      ]).phase,
    ).toBe('idle');
  });

  test('counts the time before it was started by the age of the last beat, but waits for an answer first', () => {
    const late = beat(7, { ageMs: 600_000 });
    expect(after([[1_000, late]]).phase).toBe('watching');
    expect(
      after([
        [1_000, late],
        [15_000, silent],
      ]).phase,
    ).toBe('acting');
  });

  test('stops acting at once when it beats again, and watches again when it has beaten long enough', () => {
    const back = after([[20_000, beat(2)]], acting);
    expect([back.phase, mayAct(acting), mayAct(back)]).toEqual(['acting', true, false]);
    expect(after([[21_000, silent]], back)).toEqual(back);
    expect(mayAct(after([[25_000, silent]], back))).toBe(true);
    const beats = Array.from({ length: 31 }, (_, second): Look => [20_000 + second * 1_000, beat(2 + second)]);
    expect(after(beats, acting)).toEqual({ phase: 'watching', lastBeatMs: 50_000, lastBeatAtMs: 32, lastAnswerMs: 0 });
  });

  test('stays tripped while nothing beats, whatever answers, and takes an old beat for none', () => {
    const tripped = completeWatch(acting);
    expect(tripped).toEqual({ ...acting, phase: 'tripped' });
    expect(after([[99_000, silent, true]], tripped)).toEqual({ ...tripped, lastAnswerMs: 99_000 });
    expect(after([[99_000, beat(501_000, { ageMs: 83_000 })]], tripped)).toEqual(tripped);
  });

  test('finishes its work beside an executor that is back but does not trade live', () => {
    const notLive = after([[20_000, beat(2, { live: false })]], acting);
    expect([notLive.phase, mayAct(notLive)]).toEqual(['acting', true]);
    const beats = Array.from({ length: 31 }, (_, second): Look => [20_000 + second * 1_000, beat(9, { live: false })]);
    expect(after(beats, completeWatch(notLive)).phase).toBe('idle');
  });

  const look = fc.record({
    stepMs: fc.integer({ min: 1, max: 9_000 }),
    heartbeat: fc.oneof(
      fc.constant(silent),
      fc.constant(unreadable),
      fc.record({ kind: fc.constant('beat' as const), live: fc.boolean(), ageMs: fc.constant(0), atMs: fc.nat() }),
    ),
    answers: fc.boolean(),
    completes: fc.boolean(),
  });

  test('acts only on a silence of that length after a live beat, under one alarm until it watches again', () => {
    fc.assert(
      fc.property(fc.array(look, { maxLength: 120 }), (looks) => {
        let watch = firstWatch(0);
        let nowMs = 0;
        let lastSignMs = 0;
        let isLive = false;
        for (const { stepMs, heartbeat, answers, completes } of looks) {
          nowMs += stepMs;
          const before = watch;
          watch = decideWatch(before, { nowMs, heartbeat, answers }, limits);
          if (heartbeat.kind === 'beat') isLive = heartbeat.live;
          if (answers || heartbeat.kind === 'beat') lastSignMs = nowMs;
          const begins = watch.phase === 'acting' && before.phase !== 'acting';
          if (begins) expect([isLive, nowMs - lastSignMs >= limits.afterMs]).toEqual([true, true]);
          if (mayAct(watch)) expect(heartbeat.kind === 'beat' && heartbeat.live).toBe(false);
          expectOneAlarm(before, watch, begins);
          if (completes) watch = completeWatch(watch);
        }
      }),
    );
  });
});
