import { describe, expect, it } from 'vitest';
import type { DecimalCandle } from '@octant/trading/market/candle';
import { fetchRange, type CandleVenue, type FetchParts } from './fetch-range.js';

const MINUTE = 60_000;
const START = Date.parse('2024-03-01T00:00:00Z');
const at = (minute: number) => START + minute * MINUTE;

function candle(minute: number, high = '2'): DecimalCandle {
  return { openTimeMs: at(minute), open: '1', high, low: '1', close: '1', volume: '1' };
}

function range(from: number, to: number): DecimalCandle[] {
  return Array.from({ length: to - from }, (_, index) => candle(from + index));
}

function aRun(options: { market: readonly DecimalCandle[]; known?: readonly number[]; nowMinute?: number }) {
  const asked: number[] = [];
  const kept: number[] = [];
  const done: number[] = [];
  const said: string[] = [];
  const abort = new AbortController();
  const venue: CandleVenue = {
    pageLimit: 3,
    fetchCandles: ({ sinceMs, limit }) => {
      asked.push((sinceMs - START) / MINUTE);
      return Promise.resolve(options.market.filter(({ openTimeMs }) => openTimeMs >= sinceMs).slice(0, limit));
    },
  };
  let now = at(options.nowMinute ?? 1000);
  const parts: FetchParts = {
    venue,
    sink: {
      knownTimes: () => Promise.resolve((options.known ?? []).map(at)),
      keep: (candles) => {
        kept.push(...candles.map(({ openTimeMs }) => (openTimeMs - START) / MINUTE));
        return Promise.resolve();
      },
    },
    signal: abort.signal,
    now: () => now,
    say: (line) => said.push(line),
    onProgress: (count) => done.push(count),
    pause: (ms) => {
      now += ms;
      return Promise.resolve();
    },
  };
  const task = { symbol: 'BTC-USD', timeframe: '1m' as const, fromMs: at(0), toMs: at(10) };
  return { asked, kept, done, said, abort, parts, task };
}

const CLEAN = { refused: 0, refusals: [] };

describe('a range of candles of an exchange', () => {
  it('is asked for page by page, each candle once, and not beyond its end', async () => {
    const { asked, kept, done, parts, task } = aRun({ market: range(0, 20) });
    expect(await fetchRange(task, parts)).toEqual({ fetched: 10, requests: 4, ...CLEAN });
    expect([asked, kept, done]).toEqual([
      [0, 3, 6, 9],
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      [3, 6, 9, 10],
    ]);
  });

  it('is asked for only where something is missing', async () => {
    const { asked, kept, parts, task } = aRun({ market: range(0, 20), known: [0, 1, 2, 4, 5, 6, 7, 8, 9] });
    expect(await fetchRange(task, parts)).toEqual({ fetched: 1, requests: 1, ...CLEAN });
    expect([asked, kept]).toEqual([[3], [3]]);
  });

  it('moves on behind a hole of the exchange, and behind an answer without candles', async () => {
    const holed = aRun({ market: [...range(0, 2), ...range(7, 12)] });
    expect(await fetchRange(holed.task, holed.parts)).toEqual({ fetched: 5, requests: 2, ...CLEAN });
    expect(holed.kept).toEqual([0, 1, 7, 8, 9]);
    const empty = aRun({ market: [] });
    expect(await fetchRange(empty.task, empty.parts)).toEqual({ fetched: 0, requests: 4, ...CLEAN });
    expect([empty.asked, empty.done]).toEqual([
      [0, 3, 6, 9],
      [3, 6, 9, 10],
    ]);
  });

  it('leaves out the newest one until it has a successor or its close is a minute ago', async () => {
    const early = aRun({ market: range(0, 10), nowMinute: 10.5 });
    await fetchRange(early.task, early.parts);
    expect(early.kept.at(-1)).toBe(8);
    const later = aRun({ market: range(0, 10), nowMinute: 11 });
    await fetchRange(later.task, later.parts);
    expect(later.kept.at(-1)).toBe(9);
  });

  it('refuses candles that are none, and says so', async () => {
    const { kept, parts, task } = aRun({ market: [candle(0), candle(1, '0.5'), ...range(2, 12)] });
    const refusals = ['2024-03-01T00:01:00.000Z high: expected at least the low 1, was 0.5'];
    expect(await fetchRange(task, parts)).toEqual({ fetched: 9, requests: 4, refused: 1, refusals });
    expect(kept).not.toContain(1);
  });

  it('waits for an exchange that is away, and gives up after two minutes', async () => {
    const { said, parts, task, asked } = aRun({ market: range(0, 20) });
    const away = Object.assign(new Error('kraken does not answer'), { code: 'exchange_unreachable' });
    let failures = 2;
    const venue: CandleVenue = {
      pageLimit: 3,
      fetchCandles: (query) => (failures-- > 0 ? Promise.reject(away) : parts.venue.fetchCandles(query)),
    };
    expect(await fetchRange(task, { ...parts, venue })).toEqual({ fetched: 10, requests: 6, ...CLEAN });
    expect(said).toEqual(['  kraken does not answer; once more in 1 s', '  kraken does not answer; once more in 2 s']);
    failures = Infinity;
    await expect(fetchRange(task, { ...parts, venue })).rejects.toBe(away);
    expect(asked).toHaveLength(4);
  });

  it('ends with what it has when it is interrupted, without waiting for an answer', async () => {
    const { parts, task, abort, kept } = aRun({ market: range(0, 20) });
    let pages = 0;
    const venue: CandleVenue = {
      pageLimit: 3,
      fetchCandles: (query) => {
        pages += 1;
        if (pages < 3) return parts.venue.fetchCandles(query);
        abort.abort();
        return new Promise(() => undefined);
      },
    };
    expect(await fetchRange(task, { ...parts, venue })).toEqual({ fetched: 6, requests: 3, ...CLEAN });
    expect(kept).toEqual([0, 1, 2, 3, 4, 5]);
  });
});
