import { PermanentError } from '@octant/platform/errors/errors';
import type { DecimalCandle } from '@octant/trading/market/candle';
import { expect, test } from 'vitest';
import { storeKeeping } from './store-keeping.js';

const series = { source: 'venue', symbol: 'BTC-USD', timeframe: '1m' } as const;
const aCandle = (openTimeMs: number, close: string): DecimalCandle => ({
  ...{ openTimeMs, open: '1', high: '9', low: '1', close, volume: '1' },
});

/** A store that refuses other values, as the real one does. */
function aStore(rows: readonly DecimalCandle[]) {
  const stored = new Map(rows.map((row) => [row.openTimeMs, row]));
  return {
    stored,
    insert: (_series: unknown, candles: readonly DecimalCandle[]) => {
      const other = candles.find(({ openTimeMs, close }) => (stored.get(openTimeMs)?.close ?? close) !== close);
      if (other !== undefined) return Promise.reject(new PermanentError('other', { code: 'candle_conflict' }));
      for (const candle of candles) stored.set(candle.openTimeMs, candle);
      return Promise.resolve({ stored: candles.length, duplicates: 0 });
    },
    read: () => Promise.resolve([...stored.values()]),
  };
}

test('what is stored stays when the venue changes it, and what is new is stored all the same', async () => {
  const store = aStore([aCandle(0, '2'), aCandle(60_000, '3')]);
  const given = [aCandle(0, '2'), aCandle(60_000, '4'), aCandle(120_000, '5')];
  const kept = await storeKeeping(store, series, given);
  expect(kept).toEqual({ candles: [aCandle(0, '2'), aCandle(60_000, '3'), aCandle(120_000, '5')], changed: 1 });
  expect([...store.stored.values()]).toEqual(kept.candles);
});

test('another failure is not hidden', async () => {
  const store = { ...aStore([]), insert: () => Promise.reject(new Error('away')) };
  await expect(storeKeeping(store, series, [aCandle(0, '1')])).rejects.toThrow('away');
});
