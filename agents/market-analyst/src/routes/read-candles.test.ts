import type { DecimalCandle } from '@octant/trading/market/candle';
import { expect, test } from 'vitest';
import type { CandleRange, Series } from '../adapters/candle-store.js';
import { readCandles } from './read-candles.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const series = { source: 'venue', symbol: 'BTC-USD', timeframe: '1h' } as const;

/** A store of minutes alone, from the given one on. */
function minutes(from: number, to: number) {
  const rows: DecimalCandle[] = [];
  for (let minute = from; minute < to; minute += 1) {
    rows.push({ openTimeMs: minute * MINUTE_MS, open: '1', high: '2', low: '1', close: '2', volume: '1' });
  }
  return {
    findBounds: ({ timeframe }: Series) =>
      Promise.resolve(
        timeframe === '1m' ? { firstOpenTimeMs: from * MINUTE_MS, lastOpenTimeMs: (to - 1) * MINUTE_MS } : undefined,
      ),
    read: (_series: Series, { afterMs, beforeMs, limit }: CandleRange) =>
      Promise.resolve(rows.filter(({ openTimeMs }) => openTimeMs > afterMs && openTimeMs < beforeMs).slice(0, limit)),
  };
}

const all = { afterMs: -1, beforeMs: Number.MAX_SAFE_INTEGER, limit: 100 };

test('a series that is not stored is made of shorter candles, whole ones only', async () => {
  const { candles, next, range } = await readCandles(minutes(30, 200), series, all);
  expect(candles.map(({ openTimeMs, volume }) => [openTimeMs / HOUR_MS, volume])).toEqual([
    [1, '60'],
    [2, '60'],
  ]);
  expect([next, range]).toEqual([null, { firstOpenTimeMs: HOUR_MS, lastOpenTimeMs: 2 * HOUR_MS }]);
});

test('its pages follow each other without a hole', async () => {
  const store = minutes(0, 310);
  const opens: number[] = [];
  for (let afterMs = -1; ;) {
    const { candles, next } = await readCandles(store, series, { ...all, afterMs, limit: 2 });
    opens.push(...candles.map(({ openTimeMs }) => openTimeMs / HOUR_MS));
    if (next === null) break;
    afterMs = next;
  }
  expect(opens).toEqual([0, 1, 2, 3, 4]);
});

test('nothing is made of candles that do not add up', async () => {
  const none = { findBounds: () => Promise.resolve(undefined), read: () => Promise.resolve([]) };
  expect(await readCandles(none, series, all)).toEqual({ candles: [], next: null, range: null });
});
