import { tradeExecutorConfig } from '@octant/trading/config/agent-configs';
import { anInstrument } from '@octant/trading/testing/an-instrument';
import { describe, expect, it } from 'vitest';
import { decideLiveOrder, type LiveOrderContext } from './decide-live-order.js';
import { liveSettingsOf } from './live-settings.js';

const NOW_MS = 1_704_070_800_000;
const DAY_MS = 86_400_000;

const context: LiveOrderContext = {
  account: {
    exchange: 'binance',
    quoteCurrency: 'USDT',
    startEquityQuote: '1000',
    cashQuote: '500',
    positions: { 'BTC-USDT': { qty: '2', costQuote: '150' } },
    lastFillSeq: 0,
    lastFillAtMs: 0,
    halt: { haltVersion: 0, halted: false, reason: null },
    openedAtMs: 0,
    confirmedBy: 'ann',
    confirmedAtMs: NOW_MS - 30 * DAY_MS,
    reservedQuote: '300',
    reservedQty: { 'BTC-USDT': '0.5' },
    openOrders: 2,
  },
  instrument: anInstrument(),
  market: undefined,
  gate: undefined,
  settings: liveSettingsOf(tradeExecutorConfig.parse({}).live),
  nowMs: NOW_MS,
};

const order = {
  symbol: 'BTC-USDT',
  side: 'buy',
  qty: '1',
  requestId: 'r1',
  referencePrice: '100',
  timeframe: '1h',
  kind: { type: 'market' },
  verdict: { approval: { requestId: 'r1', riskScore: 0.1 } },
} as const;

const market = {
  ...{ symbol: 'BTC-USDT', base: 'BTC', quote: 'USDT', tickSize: '0.01', lotSize: '0.00001', minNotional: '5' },
  ...{ minQty: '0.5', maxQty: '1.5', active: true },
};

describe('an order for the exchange', () => {
  it('reserves its notional with a margin, at its limit where it has one', () => {
    expect(decideLiveOrder(order, context)).toEqual({ state: 'intended', reservePrice: '101' });
    const kind = { type: 'limit', price: '90', timeInForce: 'gtc', postOnly: false } as const;
    expect(decideLiveOrder({ ...order, kind }, context)).toEqual({ state: 'intended', reservePrice: '90.9' });
  });

  it('that sells what is free reserves no cash', () => {
    expect(decideLiveOrder({ ...order, side: 'sell', qty: '1.5' }, context)).toEqual({
      state: 'intended',
      reservePrice: '0',
    });
  });

  it.each([
    [
      'more than the cash that open orders leave',
      { qty: '2' },
      {},
      'insufficient_cash: expected to need at most 200 (500 in cash, 300 in open orders), was 202',
    ],
    [
      'more than open orders leave of the position',
      { side: 'sell', qty: '1.6' },
      {},
      'insufficient_position: expected a sell up to 1.5 (2 held, 0.5 in open orders), was 1.6',
    ],
    ['while the desk only reduces', {}, { gate: 'clock: off' }, 'only_reducing: clock: off'],
    ['in another currency', { symbol: 'BTC-USD' }, {}, 'quote_currency: expected a market in USDT, was BTC-USD'],
    ['below the lot', { qty: '0.000001' }, {}, 'lot_size: expected qty in multiples of 0.00001, was 0.000001'],
    ['below the venue’s least', { qty: '0.4' }, { market }, 'min_qty: expected qty of at least 0.5, was 0.4'],
    ['above the venue’s most', { qty: '1.6' }, { market }, 'max_qty: expected qty of at most 1.5, was 1.6'],
    [
      'in a market that is closed',
      {},
      { market: { ...market, active: false } },
      'market_closed: expected BTC-USDT to be traded, was not',
    ],
    ['that risk has refused', { verdict: { refusal: 'risk: max_order' } }, {}, 'risk: max_order'],
  ] as const)('%s is denied with the numbers', (...[, fields, changed, reason]) => {
    expect(decideLiveOrder({ ...order, ...fields }, { ...context, ...changed })).toEqual({ state: 'denied', reason });
  });

  it('is capped in the first days after live trading was confirmed, and while it is not', () => {
    const early = (confirmedAtMs: number | undefined) => ({
      ...context,
      account: { ...context.account, confirmedAtMs },
    });
    const reason = 'first_days: expected a notional of at most 100 in the first 7 days, was 110';
    const large = { ...order, qty: '1.1' };
    expect(decideLiveOrder(large, early(NOW_MS - 6 * DAY_MS))).toEqual({ state: 'denied', reason });
    expect(decideLiveOrder(large, early(undefined))).toEqual({ state: 'denied', reason });
    expect(decideLiveOrder(large, early(NOW_MS - 7 * DAY_MS)).state).toBe('intended');
    expect(decideLiveOrder(order, early(NOW_MS)).state).toBe('intended');
  });

  it('may bring exits, and says in which candles a time stop counts', () => {
    const exits = { stopPrice: '95', maxCandles: 3 };
    expect(decideLiveOrder({ ...order, timeframe: '1h', exits }, context).state).toBe('intended');
    expect(decideLiveOrder({ ...order, timeframe: undefined, exits }, context)).toEqual({
      state: 'denied',
      reason: 'exits_without_timeframe: expected a timeframe that maxCandles counts in, was none',
    });
  });

  it('that only reduces passes while nothing else does', () => {
    const closed = { ...context, gate: 'interlock: locked', account: { ...context.account, confirmedAtMs: undefined } };
    expect(decideLiveOrder({ ...order, side: 'sell' }, closed).state).toBe('intended');
  });
});
