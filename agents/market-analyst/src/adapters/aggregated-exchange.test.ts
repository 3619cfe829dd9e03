import type { DecimalCandle } from '@octant/trading/market/candle';
import { expect, test } from 'vitest';
import { aggregatedExchange } from './aggregated-exchange.js';
import type { CandleStore } from './candle-store.js';
import type { CandleQuery } from './ccxt-exchange.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

function minuteAt(minute: number): DecimalCandle {
  const text = String(100 + minute);
  return { openTimeMs: minute * MINUTE_MS, open: text, high: text, low: text, close: text, volume: '0.1' };
}

/** A venue of minutes, some of which its first answer leaves out, over a store in memory. */
function aVenue(minutes: number, options: { hidden?: readonly number[]; never?: readonly number[] } = {}) {
  const asked: number[] = [];
  const hidden = new Set(options.hidden);
  const all = Array.from({ length: minutes }, (_, minute) => minuteAt(minute));
  const venue = { candles: all.filter((_, minute) => options.never?.includes(minute) !== true) };
  const stored = new Map<number, DecimalCandle>();
  const store: CandleStore = {
    insert: (_series, candles) => {
      for (const candle of candles) stored.set(candle.openTimeMs, candle);
      return Promise.resolve({ stored: candles.length, duplicates: 0 });
    },
    read: (_series, { afterMs, beforeMs, limit }) =>
      Promise.resolve(
        [...stored.values()]
          .filter(({ openTimeMs }) => openTimeMs > afterMs && openTimeMs < beforeMs)
          .sort((a, b) => a.openTimeMs - b.openTimeMs)
          .slice(0, limit),
      ),
    readMany: () => Promise.reject(new Error('expected no question')),
    readLatest: () => Promise.reject(new Error('expected no question')),
    findBounds: () => Promise.reject(new Error('expected no question')),
  };
  const exchange = {
    id: 'venue',
    assertServes: () => undefined,
    fetchCandles: ({ sinceMs, limit }: CandleQuery) => {
      asked.push(sinceMs / MINUTE_MS);
      const rows = venue.candles.filter(({ openTimeMs }) => openTimeMs >= sinceMs).slice(0, limit);
      const shown = rows.filter(({ openTimeMs }) => !hidden.has(openTimeMs / MINUTE_MS));
      hidden.clear();
      return Promise.resolve(shown);
    },
  };
  const hours = aggregatedExchange(exchange, { source: 'venue', base: '1m', store });
  const ask = (sinceMs = 0, limit = 500) => hours.fetchCandles({ symbol: 'BTC-USD', timeframe: '1h', sinceMs, limit });
  return { venue, hours, ask, asked, stored };
}

const opensOf = (candles: readonly DecimalCandle[]) => candles.map(({ openTimeMs }) => openTimeMs / HOUR_MS);

test('hours are made of the minutes that are fetched and stored; the newest one may still form', async () => {
  const { ask, stored } = aVenue(130);
  const [first, second, forming] = await ask();
  expect(first).toEqual({ openTimeMs: 0, open: '100', high: '159', low: '100', close: '159', volume: '6' });
  expect([second?.close, forming?.close, stored.size]).toEqual(['219', '229', 129]);
});

test('what is stored is not fetched again', async () => {
  const { venue, ask, asked } = aVenue(1300);
  expect(opensOf(await ask())).toHaveLength(22);
  expect(asked.map(Math.floor)).toEqual([0, 498, 997]);
  asked.length = 0;
  venue.candles.push(minuteAt(1300));
  await ask(20 * HOUR_MS);
  expect(asked.map(Math.floor)).toEqual([1298]);
});

test('a missing minute is asked for again; one that the venue has not is none', async () => {
  const { ask, stored } = aVenue(130, { hidden: [30], never: [70] });
  const candles = await ask();
  expect([candles[0]?.volume, candles[1]?.volume]).toEqual(['6', '5.9']);
  expect([stored.has(30 * MINUTE_MS), stored.has(70 * MINUTE_MS)]).toEqual([true, false]);
});

test('only multiples of the base are served', () => {
  const { hours } = aVenue(1);
  expect(() => {
    hours.assertServes('1d');
  }).not.toThrow();
});
