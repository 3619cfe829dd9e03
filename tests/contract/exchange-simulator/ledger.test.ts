import { Decimal } from '@octant/trading/money/decimal';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MatchingEngine } from '../../support/exchange/core/matching-engine.js';
import {
  binanceMarkets,
  binanceRules,
  krakenMarkets,
  krakenRules,
  type SimMarket,
  type VenueRules,
} from '../../support/exchange/core/sim-market.js';
import {
  isOpen,
  type EngineEvent,
  type OrderSpec,
  type SimOrder,
  type SimOrderType,
} from '../../support/exchange/core/sim-order.js';

const venues: readonly { readonly markets: readonly SimMarket[]; readonly rules: VenueRules }[] = [
  { markets: binanceMarkets, rules: binanceRules },
  { markets: krakenMarkets, rules: krakenRules },
];
const SYMBOL = 'BTC-USDT';
const zero = Decimal.of(0);

type Step =
  | { readonly do: 'place'; readonly spec: OrderSpec }
  | { readonly do: 'list'; readonly side: 'buy' | 'sell'; readonly qty: Decimal; readonly away: Decimal }
  | { readonly do: 'cancel' | 'amend'; readonly which: number; readonly price: Decimal; readonly qty: Decimal }
  | { readonly do: 'price'; readonly price: Decimal }
  | { readonly do: 'candle'; readonly prices: readonly [Decimal, Decimal, Decimal, Decimal] }
  | { readonly do: 'depth'; readonly qty: Decimal | undefined };

const price = fc.integer({ min: 450_000, max: 550_000 }).map((ticks) => Decimal.of(ticks).div(10));
const qty = fc.integer({ min: 1, max: 40_000 }).map((lots) => Decimal.of(lots).div(100_000));
const side = fc.constantFrom('buy', 'sell');
const types: readonly SimOrderType[] = [
  'market',
  'limit',
  'stop_loss',
  'stop_limit',
  'take_profit',
  'take_profit_limit',
  'trailing_stop',
];

const spec: fc.Arbitrary<OrderSpec> = fc
  .record({
    ...{ type: fc.constantFrom(...types), side, qty, price, stopPrice: price },
    timeInForce: fc.constantFrom('gtc', 'gtc', 'ioc', 'fok'),
    ...{ postOnly: fc.boolean(), ratio: fc.integer({ min: 1, max: 50 }) },
    clientOrderId: fc.option(fc.integer({ min: 1, max: 5 }).map(String), { nil: undefined }),
  })
  .map(({ type, ratio, ...rest }) => ({
    ...{ ...rest, type, symbol: SYMBOL, postOnly: rest.postOnly && type === 'limit' },
    price: type === 'limit' || type.endsWith('_limit') ? rest.price : undefined,
    stopPrice: type.startsWith('stop') || type.startsWith('take') ? rest.stopPrice : undefined,
    trailingRatio: type === 'trailing_stop' ? Decimal.of(ratio).div(1000) : undefined,
    timeInForce: type === 'limit' ? rest.timeInForce : 'gtc',
  }));

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('place' as const), spec }) },
  fc.record({
    do: fc.constant('list' as const),
    side,
    qty,
    away: fc.integer({ min: 1, max: 4000 }).map((away) => Decimal.of(away)),
  }),
  fc.record({ do: fc.constantFrom('cancel', 'amend'), which: fc.nat(20), price, qty }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('price' as const), price }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('candle' as const), prices: fc.tuple(price, price, price, price) }),
  },
  fc.record({ do: fc.constant('depth' as const), qty: fc.option(qty, { nil: undefined }) }),
);

function engineOf(venue: (typeof venues)[number]): MatchingEngine {
  let now = 1_700_000_000_000;
  const engine = new MatchingEngine({ ...venue, now: () => (now += 1), fillShare: ({ id }) => shareOf(id) });
  engine.setPrice(SYMBOL, Decimal.of(50_000));
  engine.records.account('a').deposit('USDT', Decimal.of(60_000));
  engine.records.account('a').deposit('BTC', Decimal.of('1.5'));
  return engine;
}

/** Every third order fills in pieces. */
function shareOf(id: number): Decimal {
  return id % 3 === 0 ? Decimal.of('0.37') : Decimal.of(1);
}

function take(engine: MatchingEngine, action: Step): void {
  const orders = engine.records.ordersOf('a');
  switch (action.do) {
    case 'place':
      engine.place('a', action.spec);
      return;
    case 'list':
      placeList(engine, action);
      return;
    case 'price':
      engine.setPrice(SYMBOL, action.price);
      return;
    case 'depth':
      engine.getBook(SYMBOL).depth = action.qty;
      return;
    case 'candle': {
      const [open, close] = action.prices;
      const [high, low] = [Decimal.max(...action.prices), Decimal.min(...action.prices)];
      const text = { open: open.toFixed(), high: high.toFixed(), low: low.toFixed(), close: close.toFixed() };
      engine.playCandle(SYMBOL, { openTimeMs: 0, ...text, volume: '1' });
      return;
    }
    default: {
      const order = orders[action.which % Math.max(orders.length, 1)];
      if (order === undefined) return;
      if (action.do === 'cancel') engine.cancel(order);
      else engine.amend(order, { qty: action.qty, price: action.price });
    }
  }
}

function placeList(engine: MatchingEngine, { side, qty, away }: Extract<Step, { do: 'list' }>): void {
  const now = engine.getBook(SYMBOL).price ?? zero;
  const [above, below] = [now.plus(away), now.minus(away)];
  const shared = { clientOrderId: undefined, symbol: SYMBOL, side, qty, trailingRatio: undefined } as const;
  const [limit, stop] = side === 'sell' ? [above, below] : [below, above];
  engine.placeList(
    'a',
    { ...shared, type: 'limit', price: limit, stopPrice: undefined, timeInForce: 'gtc', postOnly: true },
    { ...shared, type: 'stop_loss', price: undefined, stopPrice: stop, timeInForce: 'gtc', postOnly: false },
  );
}

function assertLedger(engine: MatchingEngine): void {
  const account = engine.records.account('a');
  const fills = engine.records.fillsOf('a');
  const expected = new Map([...account.deposits()]);
  const add = (asset: string, amount: Decimal) => expected.set(asset, (expected.get(asset) ?? zero).plus(amount));
  for (const fill of fills) {
    const sign = fill.side === 'buy' ? 1 : -1;
    add('BTC', fill.qty.times(sign));
    add('USDT', fill.quoteQty.times(-sign));
    add(fill.feeAsset, fill.fee.neg());
    expect(fill.quoteQty.toFixed()).toBe(fill.qty.times(fill.price).toFixed());
  }
  for (const [asset, { free, locked }] of account.balances()) {
    expect(free.plus(locked).toFixed()).toBe((expected.get(asset) ?? zero).toFixed());
    expect(locked.toFixed()).toBe(claimsOn(engine, asset).toFixed());
  }
  for (const order of engine.records.ordersOf('a')) {
    const own = fills.filter(({ orderId }) => orderId === order.id);
    const sum = own.reduce((total, fill) => total.plus(fill.qty), zero);
    expect(sum.toFixed()).toBe(order.filledQty.toFixed());
    expect(order.filledQty.lte(order.qty)).toBe(true);
    expect(order.status === 'filled').toBe(order.filledQty.eq(order.qty));
    expect(isOpen(order)).toBe(engine.getBook(SYMBOL).open.has(order.id));
    for (const fill of own) if (order.spec.type === 'limit') expectWithinLimit(order.spec, fill.price, order.price);
  }
}

/** What the open orders need of an asset; the two of a list share the larger need. */
function claimsOn(engine: MatchingEngine, asset: string): Decimal {
  const needs = new Map<string, Decimal>();
  for (const order of engine.openOrders('a')) {
    if ((order.spec.side === 'sell' ? 'BTC' : 'USDT') !== asset) continue;
    const name = order.listId === undefined ? `order ${order.id}` : `list ${order.listId}`;
    needs.set(name, Decimal.max(needs.get(name) ?? zero, needOf(engine, order)));
  }
  return [...needs.values()].reduce((sum, need) => sum.plus(need), zero);
}

function needOf(
  engine: MatchingEngine,
  { qty: wanted, filledQty, price: limit, spec: asked, claim }: SimOrder,
): Decimal {
  const left = wanted.minus(filledQty);
  if (asked.side === 'sell') return left;
  // A purchase that trails claims what it would have cost when it came.
  if (asked.type === 'trailing_stop') return claim.amount;
  const cost = left.times(limit ?? asked.stopPrice ?? zero);
  return engine.rules.feeIn === 'quote' ? cost.times(Decimal.of(1).plus(engine.getBook(SYMBOL).takerFee)) : cost;
}

function expectWithinLimit({ side, price: first }: OrderSpec, traded: Decimal, last: Decimal | undefined): void {
  // An amended order may have traded at its limit before.
  const limits = [first, last].filter((limit) => limit !== undefined);
  expect(limits.some((limit) => (side === 'buy' ? traded.lte(limit) : traded.gte(limit)))).toBe(true);
}

test.each(venues)('keeps every account exact whatever is done: $rules.feeIn', (venue) => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
      const engine = engineOf(venue);
      for (const each of steps) {
        take(engine, each);
        assertLedger(engine);
      }
      for (const order of engine.openOrders('a')) engine.cancel(order);
      assertLedger(engine);
      expect([...engine.records.account('a').balances().values()].every(({ locked }) => locked.isZero())).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test.each(venues)('does the same after the same calls: $rules.feeIn', (venue) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const run = () => {
        const engine = engineOf(venue);
        const told: string[] = [];
        engine.records.listen((event: EngineEvent) => told.push(JSON.stringify(event)));
        for (const each of steps) take(engine, each);
        return told;
      };
      expect(run()).toEqual(run());
    }),
    { numRuns: 50 },
  );
});

test('a gap fills a stop at the price that it finds, and a limit at its own', () => {
  const engine = engineOf({ markets: binanceMarkets, rules: binanceRules });
  const order = { clientOrderId: undefined, symbol: SYMBOL, trailingRatio: undefined, postOnly: false } as const;
  const qtyOf = { qty: Decimal.of('0.1'), timeInForce: 'gtc' } as const;
  const [stopAt, limitAt] = [Decimal.of(48_000), Decimal.of(49_000)];
  engine.place('a', { ...order, ...qtyOf, side: 'sell', type: 'stop_loss', price: undefined, stopPrice: stopAt });
  engine.place('a', { ...order, ...qtyOf, side: 'buy', type: 'limit', price: limitAt, stopPrice: undefined });
  engine.setPrice(SYMBOL, Decimal.of(45_000));
  const fills = engine.records.fillsOf('a').map(({ side, price: at, maker }) => [side, at.toFixed(), maker]);
  expect(fills).toEqual([
    ['sell', '45000', false],
    ['buy', '49000', true],
  ]);
});
