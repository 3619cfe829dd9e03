import { Decimal } from '@octant/trading/money/decimal';
import { describe, expect, it } from 'vitest';
import { exitsAfterEntryFill, exitsAfterSale, nextExitOrderId, shrunkExits, type LiveExits } from './live-exits.js';

const HOUR_MS = 3_600_000;
const OPEN_MS = 1_700_000_000_000 - (1_700_000_000_000 % HOUR_MS);

const entry = {
  orderId: 'o1',
  symbol: 'BTC-USDT',
  timeframe: '1h',
  notBeforeMs: OPEN_MS,
  exits: { stopPrice: '95', maxCandles: 2 },
} as const;

function someExits(fields: Partial<LiveExits> = {}): LiveExits {
  return {
    ...{ entryId: 'o1', symbol: 'BTC-USDT', qty: '1', sinceMs: OPEN_MS, highPrice: '100', timeStopMs: undefined },
    ...{ triggered: undefined, orders: 0, failures: 0, dueAtMs: 0 },
    ...fields,
  };
}

describe('exits of an entry', () => {
  it('begin with its first fill, with a time stop at the open that follows so many closes', () => {
    const fill = { qty: '0.4', price: '101', atMs: OPEN_MS + 1500 };
    expect(exitsAfterEntryFill(entry, fill, 0)).toEqual(
      someExits({ qty: '0.4', sinceMs: OPEN_MS + 1500, highPrice: '101', timeStopMs: OPEN_MS + 2 * HOUR_MS }),
    );
  });

  it('count from the candle that the entry was for, also where the clock of the exchange is behind', () => {
    const fill = { qty: '1', price: '101', atMs: OPEN_MS - 100 };
    expect(exitsAfterEntryFill(entry, fill, 0).timeStopMs).toBe(OPEN_MS + 2 * HOUR_MS);
  });

  it('grow with its further fills, and hang on the highest price', () => {
    const known = someExits({ triggered: 'stop', orders: 2, highPrice: '101' });
    expect(exitsAfterEntryFill(entry, { qty: '0.5', price: '99', atMs: OPEN_MS + 9 }, known)).toEqual({
      ...known,
      qty: '1.5',
    });
    expect(exitsAfterEntryFill(entry, { qty: '0.5', price: '102', atMs: OPEN_MS + 9 }, known).highPrice).toBe('102');
  });

  it('number their orders on where others of the entry were before', () => {
    expect(exitsAfterEntryFill(entry, { qty: '1', price: '1', atMs: OPEN_MS }, 3).orders).toBe(3);
    expect(nextExitOrderId({ entryId: 'o1', orders: 0 }, 'stop')).toBe('o1.stop');
    expect(nextExitOrderId({ entryId: 'o1', orders: 3 }, 'time')).toBe('o1.4.time');
  });

  it('end when all is sold', () => {
    expect(exitsAfterSale(someExits(), Decimal.of('0.25'))).toEqual(someExits({ qty: '0.75' }));
    expect(exitsAfterSale(someExits(), Decimal.of('1'))).toBeUndefined();
  });

  it('give to a sell of another kind what is more than is held, the oldest first', () => {
    const old = someExits({ entryId: 'o1', qty: '1', sinceMs: OPEN_MS });
    const young = someExits({ entryId: 'o2', qty: '2', sinceMs: OPEN_MS + 1 });
    expect(shrunkExits([young, old], '3')).toEqual([]);
    expect(shrunkExits([young, old], '2.5')).toEqual([{ entryId: 'o1', exits: { ...old, qty: '0.5' } }]);
    expect(shrunkExits([young, old], '1.5')).toEqual([
      { entryId: 'o1', exits: undefined },
      { entryId: 'o2', exits: { ...young, qty: '1.5' } },
    ]);
  });
});
