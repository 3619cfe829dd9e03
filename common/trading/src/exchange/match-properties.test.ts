import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, formatDecimal, parseDecimal } from '../money/decimal.js';
import { aCandleAt, anExchange, HOUR_MS, OPEN_MS } from '../testing/an-exchange.js';
import type { ExitTerms } from './exit-terms.js';
import { ASLEEP, wakeOfExits } from './exit-wake.js';
import type { FillRules } from './fill-rules.js';
import { matchCandles } from './match-candles.js';
import type { PaperCandle } from './match-step.js';
import type { PaperBook } from './paper-book.js';
import type { PaperFill, PaperOrder, PaperOutcome } from './paper-exchange.js';

const SYMBOLS = ['BTC-USDT', 'ETH-USDT'] as const;

const cents = (min: number, max: number) => fc.integer({ min, max }).map((n) => formatDecimal(Decimal.of(n).div(100)));

/** Any sound candle between 80 and 120. */
const shape = fc
  .tuple(cents(8000, 12_000), cents(8000, 12_000), cents(8000, 12_000), fc.integer({ min: 0, max: 40 }))
  .map(([a, b, open, volume]) => {
    const prices = [a, b, open].map(parseDecimal);
    const high = formatDecimal(Decimal.max(...prices));
    const low = formatDecimal(Decimal.min(...prices));
    return { open, high, low, volume: String(volume) };
  });

const terms: fc.Arbitrary<ExitTerms> = fc.record(
  {
    stopPrice: cents(8000, 11_000),
    takeProfitPrice: cents(9000, 12_000),
    trailingDistance: cents(1, 2000),
    maxCandles: fc.integer({ min: 1, max: 5 }),
  },
  { requiredKeys: [] },
);

const order = fc.record({
  symbol: fc.constantFrom(...SYMBOLS),
  side: fc.constantFrom('buy', 'buy', 'sell'),
  lots: fc.integer({ min: 1, max: 600_000 }),
  after: fc.integer({ min: 0, max: 8 }),
  exits: terms,
});

const rules: fc.Arbitrary<Partial<FillRules>> = fc.record({
  makerFeesBps: fc.integer({ min: 0, max: 50 }),
  takerFeesBps: fc.integer({ min: 0, max: 50 }),
  slippage: fc.oneof(
    fc.record({ model: fc.constant('fixed' as const), bps: fc.integer({ min: 0, max: 200 }) }),
    fc.record({
      model: fc.constant('volume' as const),
      bps: fc.integer({ min: 0, max: 20 }),
      impactBps: fc.integer({ min: 0, max: 500 }),
    }),
    fc.record({
      model: fc.constant('spread' as const),
      bps: fc.integer({ min: 0, max: 20 }),
      rangeShare: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  ),
  latencyCandles: fc.integer({ min: 0, max: 2 }),
  maxVolumeShare: fc.constantFrom(undefined, 0.05, 0.5),
  takeProfitFills: fc.constantFrom('touch', 'through'),
});

const course = fc.record({
  shapes: fc.array(fc.tuple(shape, shape), { minLength: 1, maxLength: 12 }),
  orders: fc.array(order, { maxLength: 8 }),
  rules,
});
type Course = typeof course extends fc.Arbitrary<infer Value> ? Value : never;

interface Step {
  readonly candles: Readonly<Record<string, PaperCandle>>;
  readonly outcomes: readonly PaperOutcome[];
  readonly book: PaperBook;
}

const START: PaperBook = { cash: '1000', positions: {}, orders: [], exits: [] };

/** Feeds the candles of both symbols; orders come after the candle of their number. */
function play(
  { shapes, orders, rules: fields }: Course,
  options: { skipAsleep?: boolean; reverse?: boolean } = {},
): Step[] {
  const venue = anExchange(fields);
  const steps: Step[] = [];
  let book = START;
  for (const [index, pair] of shapes.entries()) {
    const symbols = options.reverse === true ? [...SYMBOLS].reverse() : SYMBOLS;
    const all = symbols.map((symbol) => [symbol, candleOf(shapes, { index, symbol })] as const);
    const awake = options.skipAsleep === true ? all.filter(([symbol, candle]) => wakes(book, symbol, candle)) : all;
    const candles = Object.fromEntries(awake);
    const match = matchCandles(book, { candles, timeframe: '1h', closed: true }, venue);
    steps.push({ candles: Object.fromEntries(all), ...match });
    book = { ...match.book, orders: [...match.book.orders, ...ordersAfter(orders, index)] };
    expect(pair).toHaveLength(2);
  }
  return steps;
}

function candleOf(
  shapes: Course['shapes'],
  { index, symbol }: { index: number; symbol: (typeof SYMBOLS)[number] },
): PaperCandle {
  const at = SYMBOLS.indexOf(symbol);
  const previous = shapes[index - 1]?.[at];
  const before = previous === undefined ? undefined : { ...aCandleAt(index - 1, previous), close: previous.open };
  return aCandleAt(index, { ...shapes[index]?.[at], before });
}

function wakes(book: PaperBook, symbol: string, candle: PaperCandle): boolean {
  if (book.orders.some((each) => each.symbol === symbol)) return true;
  const exits = book.exits.filter(({ entry }) => entry.symbol === symbol);
  const instrument = anExchange().instruments.get(symbol);
  const wake = instrument === undefined ? ASLEEP : wakeOfExits(exits, instrument);
  const isQuiet = Number(candle.low) > wake.low && Number(candle.high) < wake.high && candle.openTimeMs < wake.untilMs;
  return wake.always || !isQuiet;
}

function ordersAfter(orders: Course['orders'], index: number): PaperOrder[] {
  return orders.flatMap(({ symbol, side, lots, after, exits }, number) =>
    after === index
      ? [
          {
            orderId: `o${String(number)}`,
            symbol,
            side,
            qty: formatDecimal(parseDecimal('0.00001').times(lots)),
            referencePrice: '100',
            notBeforeMs: OPEN_MS + (index + 1) * HOUR_MS,
            timeframe: '1h',
            ...(side === 'buy' ? { exits } : {}),
          },
        ]
      : [],
  );
}

const fillsOf = (steps: readonly Step[]): PaperFill[] =>
  steps.flatMap(({ outcomes }) => outcomes.filter((outcome) => outcome.type === 'fill'));

describe('matchCandles, whatever the candles, orders, exits and rules', () => {
  it('conserves cash and holdings to the last digit', () => {
    fc.assert(
      fc.property(course, (given) => {
        const steps = play(given);
        let cash = Decimal.of(1000);
        let profit = Decimal.of(0);
        const held = new Map<string, Decimal>(SYMBOLS.map((symbol) => [symbol, Decimal.of(0)]));
        for (const fill of fillsOf(steps)) {
          const sign = fill.side === 'buy' ? 1 : -1;
          const worth = parseDecimal(fill.qty).times(parseDecimal(fill.price));
          cash = cash.minus(worth.times(sign)).minus(parseDecimal(fill.feeQuote));
          profit = profit.plus(parseDecimal(fill.profit)).minus(parseDecimal(fill.feeQuote));
          held.set(fill.symbol, (held.get(fill.symbol) ?? Decimal.of(0)).plus(parseDecimal(fill.qty).times(sign)));
        }
        const { book } = steps.at(-1) ?? { book: START };
        expect(book.cash).toBe(formatDecimal(cash));
        for (const symbol of SYMBOLS) {
          expect(book.positions[symbol]?.qty ?? '0').toBe(formatDecimal(held.get(symbol) ?? Decimal.of(0)));
        }
        const cost = Object.values(book.positions).reduce((sum, each) => sum.plus(each.costQuote), Decimal.of(0));
        expect(formatDecimal(cash.plus(cost))).toBe(formatDecimal(profit.plus(1000)));
      }),
    );
  });

  it('fills nothing outside the range of its candle, and market orders never better than the open', () => {
    fc.assert(
      fc.property(course, (given) => {
        for (const { candles, outcomes } of play(given)) {
          for (const fill of outcomes) {
            if (fill.type !== 'fill') continue;
            const { open = '0', low = '0', high = '0' } = candles[fill.symbol] ?? {};
            const price = parseDecimal(fill.price);
            expect(price.gte(low) && price.lte(high)).toBe(true);
            if (fill.side === 'buy') expect(price.gte(open)).toBe(true);
            else if (fill.exit?.kind !== 'target') expect(price.lte(open)).toBe(true);
          }
        }
      }),
    );
  });

  it('fees and slippage only ever cost', () => {
    fc.assert(
      fc.property(course, (given) => {
        const free = {
          ...given.rules,
          makerFeesBps: 0,
          takerFeesBps: 0,
          slippage: { model: 'fixed', bps: 0 } as const,
        };
        const byId = new Map(fillsOf(play({ ...given, rules: free })).map((fill) => [idOf(fill), fill]));
        for (const fill of fillsOf(play(given))) {
          expect(parseDecimal(fill.feeQuote).gte(0)).toBe(true);
          const other = byId.get(idOf(fill));
          if (other?.atMs !== fill.atMs) continue;
          const worse = parseDecimal(fill.price).minus(parseDecimal(other.price));
          expect(fill.side === 'buy' ? worse.gte(0) : worse.lte(0)).toBe(true);
        }
      }),
    );
  });

  it('keeps exits within the position, lots whole, and each order within its quantity', () => {
    fc.assert(
      fc.property(course, (given) => {
        const filled = new Map<string, Decimal>();
        for (const { outcomes, book } of play(given)) {
          for (const outcome of outcomes) {
            if (outcome.type !== 'fill') continue;
            const sum = (filled.get(outcome.orderId) ?? Decimal.of(0)).plus(outcome.qty);
            filled.set(outcome.orderId, sum);
            expect(formatDecimal(sum)).toBe(outcome.filledQty);
            expect(sum.lte(outcome.orderQty)).toBe(true);
            expect(parseDecimal(outcome.qty).mod('0.00001').isZero()).toBe(true);
          }
          for (const symbol of SYMBOLS) {
            const exits = book.exits.filter(({ entry }) => entry.symbol === symbol);
            const claimed = exits.reduce((all, { qty }) => all.plus(qty), Decimal.of(0));
            expect(claimed.lte(book.positions[symbol]?.qty ?? '0')).toBe(true);
          }
        }
      }),
    );
  });

  it('does the same when the candles that wake nobody are left out', () => {
    fc.assert(
      fc.property(course, (given) => {
        const all = play(given);
        const few = play(given, { skipAsleep: true });
        expect(few.map(({ outcomes, book }) => ({ outcomes, book }))).toEqual(
          all.map(({ outcomes, book }) => ({ outcomes, book })),
        );
      }),
    );
  });

  it('ends with the same equity in whichever order the symbols of an instant are fed, while the cash suffices', () => {
    fc.assert(
      fc.property(course, (given) => {
        const small = { ...given, orders: given.orders.map((each) => ({ ...each, lots: Math.ceil(each.lots / 10) })) };
        const cashOf = (steps: Step[]) => steps.at(-1)?.book.cash;
        expect(cashOf(play(small, { reverse: true }))).toBe(cashOf(play(small)));
      }),
    );
  });
});

function idOf({ orderId, fillNumber }: PaperFill): string {
  return `${orderId}.${String(fillNumber)}`;
}
