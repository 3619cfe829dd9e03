import { Decimal } from '@octant/trading/money/decimal';
import type { ExitTerms } from '@octant/trading/exchange/exit-terms';
import type { VenueOrderType } from '@octant/venue/venue';
import { describe, expect, it } from 'vitest';
import { decideExits, isAsWanted, needsPrice, type ExitMarket } from './decide-exits.js';
import type { LiveExitsOfEntry } from './live-exits.js';

const STOPS: ReadonlySet<VenueOrderType> = new Set(['market', 'stop_loss']);
const PAIRS: ReadonlySet<VenueOrderType> = new Set(['market', 'stop_loss', 'oco']);

function someExits(terms: ExitTerms, fields: Partial<LiveExitsOfEntry> = {}): LiveExitsOfEntry {
  return {
    ...{ entryId: 'o1', symbol: 'BTC-USDT', qty: '1', sinceMs: 0, highPrice: '100', timeStopMs: undefined },
    ...{ triggered: undefined, orders: 0, failures: 0, dueAtMs: 0, terms },
    ...fields,
  };
}

function at(price: string | undefined, fields: Partial<ExitMarket> = {}): ExitMarket {
  return { price, nowMs: 1000, tickSize: Decimal.of('0.01'), orderTypes: STOPS, ...fields };
}

describe('what should be at the exchange', () => {
  it.each<[string, ExitTerms, Partial<ExitMarket>, ReturnType<typeof decideExits>]>([
    [
      'is the stop, on the tick below',
      { stopPrice: '95.019' },
      {},
      { step: 'rest', kind: 'stop', order: { type: 'stop_loss', stopPrice: '95.01' } },
    ],
    [
      'is stop and target as a pair where the exchange has that',
      { stopPrice: '95', takeProfitPrice: '105.001' },
      { orderTypes: PAIRS },
      { step: 'rest', kind: 'stop', order: { type: 'oco', price: '105.01', stopPrice: '95' } },
    ],
    [
      'is the stop alone where it has not, and the target is watched',
      { stopPrice: '95', takeProfitPrice: '105' },
      {},
      { step: 'rest', kind: 'stop', order: { type: 'stop_loss', stopPrice: '95' } },
    ],
    [
      'is the trailing stop where that is higher',
      { stopPrice: '95', trailingDistance: '3' },
      {},
      { step: 'rest', kind: 'trail', order: { type: 'stop_loss', stopPrice: '97' } },
    ],
    ['is nothing of a target alone', { takeProfitPrice: '105' }, { orderTypes: PAIRS }, { step: 'watch' }],
    ['is nothing of a stop at or below 0', { trailingDistance: '100' }, {}, { step: 'watch' }],
    ['is nothing where no stop can rest', { stopPrice: '95' }, { orderTypes: new Set(['market']) }, { step: 'watch' }],
  ])('%s', (...[, terms, fields, expected]) => {
    expect(decideExits(someExits(terms), at(undefined, fields))).toEqual(expected);
  });

  const all = { stopPrice: '95', takeProfitPrice: '105', trailingDistance: '9' };
  it.each([
    { price: '95', nowMs: 9999, kind: 'stop' },
    { price: '105', nowMs: 9999, kind: 'time' },
    { price: '105', nowMs: 1000, kind: 'target' },
    { price: undefined, nowMs: 2000, kind: 'time' },
  ])('is a sale when $price at $nowMs triggers: $kind, the worst first', ({ price, nowMs, kind }) => {
    expect(decideExits(someExits(all, { timeStopMs: 2000 }), at(price, { nowMs }))).toEqual({ step: 'sell', kind });
  });

  it('is a sale once it has triggered, whatever the price does', () => {
    expect(decideExits(someExits(all, { triggered: 'trail' }), at('100'))).toEqual({ step: 'sell', kind: 'trail' });
  });
});

describe('the price', () => {
  it('is asked for when the order that was to rest came to nothing, and not while one is open', () => {
    const failing = someExits({ stopPrice: '95' }, { failures: 1 });
    expect([needsPrice(failing, STOPS, false), needsPrice(failing, STOPS, true)]).toEqual([true, false]);
  });

  it.each<[ExitTerms, ReadonlySet<VenueOrderType>, Partial<LiveExitsOfEntry>, boolean]>([
    [{ stopPrice: '95' }, STOPS, {}, false],
    [{ maxCandles: 3 }, STOPS, {}, false],
    [{ stopPrice: '95' }, new Set(['market']), {}, true],
    [{ trailingDistance: '5' }, PAIRS, {}, true],
    [{ trailingDistance: '5' }, PAIRS, { triggered: 'trail' }, false],
    [{ stopPrice: '95', takeProfitPrice: '105' }, PAIRS, {}, false],
    [{ stopPrice: '95', takeProfitPrice: '105' }, STOPS, {}, true],
    [{ takeProfitPrice: '105' }, PAIRS, {}, true],
  ])('is asked for by %o only where nothing at the exchange watches it', (...[terms, orderTypes, fields, expected]) => {
    expect(needsPrice(someExits(terms, fields), orderTypes, true)).toBe(expected);
  });
});

it('an order that rests stays until its level has risen by a thousandth', () => {
  const resting = { type: 'stop_loss', stopPrice: '100' } as const;
  const isKept = (stopPrice: string) => isAsWanted(resting, { type: 'stop_loss', stopPrice });
  expect(['99', '100', '100.09', '100.1', '101'].map(isKept)).toEqual([true, true, true, false, false]);
  expect(isAsWanted(resting, { type: 'oco', price: '110', stopPrice: '100' })).toBe(false);
});
