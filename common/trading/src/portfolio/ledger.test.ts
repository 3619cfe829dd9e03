import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, formatDecimal, parseDecimal } from '../money/decimal.js';
import { anAccount, someFills, type AccountMove } from '../testing/an-account.js';
import { aFill } from '../testing/a-fill.js';
import {
  applyFill,
  equityOf,
  markLedger,
  openLedger,
  pnlOf,
  profitOfSell,
  resetDay,
  withDayHalt,
  type ClosedDay,
  type Ledger,
  type LedgerFill,
} from './ledger.js';

const START_MS = Date.UTC(2024, 0, 1);
const HOUR_MS = 3_600_000;
const SYMBOLS = ['BTC-USDT', 'ETH-USDT', 'SOL-USDT'];

const move: fc.Arbitrary<AccountMove> = fc.record({
  symbol: fc.constantFrom(...SYMBOLS),
  side: fc.constantFrom('buy', 'sell'),
  lots: fc.integer({ min: 1, max: 50_000 }),
  share: fc.oneof(fc.integer({ min: 1, max: 999 }), fc.constant(1000)),
  openTicks: fc.integer({ min: 1, max: 9_000_000 }),
  afterMs: fc.integer({ min: 0, max: 40 }).map((hours) => hours * HOUR_MS),
});
const moves = fc.array(move, { maxLength: 40 });
const fees = fc.record({ feesBps: fc.integer({ min: 0, max: 100 }), slippageBps: fc.integer({ min: 0, max: 100 }) });

function book(fills: readonly LedgerFill[], start = anAccount()): { ledger: Ledger; closedDays: ClosedDay[] } {
  const closedDays: ClosedDay[] = [];
  let ledger = start;
  for (const fill of fills) {
    const change = applyFill(ledger, fill);
    ledger = change.ledger;
    closedDays.push(...change.closedDays);
  }
  return { ledger, closedDays };
}

const sum = (texts: readonly string[]): Decimal => texts.reduce((all, text) => all.plus(text), Decimal.of(0));

describe('ledger, for any sequence of fills', () => {
  it('conserves cash and holdings to the last digit', () => {
    fc.assert(
      fc.property(moves, fees, (steps, bps) => {
        const fills = someFills(steps, bps);
        const { ledger } = book(fills);
        const costs = sum(Object.values(ledger.positions).map(({ costQuote }) => costQuote));
        const flow = fills.map(({ side, qty, price }) =>
          parseDecimal(qty)
            .times(price)
            .times(side === 'buy' ? -1 : 1),
        );
        const paid = sum(fills.map(({ feeQuote }) => feeQuote));
        expect({
          cash: ledger.cashQuote,
          fees: ledger.feesQuote,
          cashAndCost: formatDecimal(parseDecimal(ledger.cashQuote).plus(costs)),
          held: SYMBOLS.map((symbol) => ledger.positions[symbol]?.qty ?? '0'),
        }).toEqual({
          cash: formatDecimal(flow.reduce((all, part) => all.plus(part), Decimal.of('1000000')).minus(paid)),
          fees: formatDecimal(paid),
          cashAndCost: formatDecimal(Decimal.of('1000000').plus(ledger.realizedQuote).minus(paid)),
          held: SYMBOLS.map((symbol) =>
            formatDecimal(
              sum(
                fills
                  .filter((fill) => fill.symbol === symbol)
                  .map(({ side, qty }) => (side === 'buy' ? qty : `-${qty}`)),
              ),
            ),
          ),
        });
      }),
    );
  });

  it('loses nothing but fees and slippage when it buys and sells at one open', () => {
    fc.assert(
      fc.property(move, fees, (step, bps) => {
        const fills = someFills(
          [
            { ...step, side: 'buy' },
            { ...step, side: 'sell', share: 1000 },
          ],
          bps,
        );
        const { ledger } = book(fills);
        const free = book(
          someFills(
            [
              { ...step, side: 'buy' },
              { ...step, side: 'sell', share: 1000 },
            ],
            {
              feesBps: 0,
              slippageBps: 0,
            },
          ),
        );
        expect(equityOf(free.ledger)).toBe('1000000');
        expect(parseDecimal(equityOf(ledger)).lte('1000000')).toBe(true);
      }),
    );
  });

  it('changes nothing when a fill comes again', () => {
    fc.assert(
      fc.property(moves, fees, (steps, bps) => {
        const fills = someFills(steps, bps);
        const twice = fills.flatMap((fill, index) => [fill, fill, fills[Math.floor(index / 2)] ?? fill]);
        expect(book(twice)).toEqual(book(fills));
      }),
    );
  });

  it('has the same equity whatever the order of the symbols', () => {
    fc.assert(
      fc.property(moves, fees, (steps, bps) => {
        const { ledger } = book(someFills(steps, bps));
        const turned = { ...ledger, positions: Object.fromEntries(Object.entries(ledger.positions).reverse()) };
        expect(equityOf(turned)).toBe(equityOf(ledger));
        expect(pnlOf(turned)).toEqual(pnlOf(ledger));
      }),
    );
  });

  it('survives a JSON round trip bit for bit after every fill', () => {
    fc.assert(
      fc.property(moves, fees, (steps, bps) => {
        const fills = someFills(steps, bps);
        let stored = JSON.stringify(anAccount());
        for (const fill of fills) stored = JSON.stringify(applyFill(JSON.parse(stored) as Ledger, fill).ledger);
        expect(stored).toBe(JSON.stringify(book(fills).ledger));
      }),
    );
  });

  it('closes one day for every 00:00 UTC passed, and the days add up to the total', () => {
    fc.assert(
      fc.property(moves, fees, (steps, bps) => {
        const fills = someFills(steps, bps);
        const { ledger, closedDays } = book(fills);
        const passed = Math.floor(((fills.at(-1)?.atMs ?? START_MS) - START_MS) / (24 * HOUR_MS));
        expect(closedDays.map(({ endMs }) => endMs)).toEqual(
          Array.from({ length: passed }, (_, index) => START_MS + (index + 1) * 24 * HOUR_MS),
        );
        const days = [...closedDays, pnlOf(ledger)];
        expect(formatDecimal(sum(days.map(({ pnlQuote }) => pnlQuote)))).toBe(
          formatDecimal(parseDecimal(equityOf(ledger)).minus('1000000')),
        );
        expect(formatDecimal(sum(days.map(({ realizedQuote }) => realizedQuote)))).toBe(ledger.realizedQuote);
        expect(formatDecimal(sum(days.map(({ feesQuote }) => feesQuote)))).toBe(ledger.feesQuote);
      }),
    );
  });
});

describe('applyFill', () => {
  it('books a buy: cash pays notional and fee, cost is the notional', () => {
    expect(applyFill(openLedger('1000', START_MS), aFill({ qty: '2', feeQuote: '0.2' }))).toEqual({
      ledger: {
        startEquityQuote: '1000',
        cashQuote: '799.8',
        positions: { 'BTC-USDT': { qty: '2', costQuote: '200', markPrice: '100' } },
        feesQuote: '0.2',
        realizedQuote: '0',
        lastFillSeq: 1,
        startedAtMs: START_MS,
        day: {
          day: '2024-01-01',
          startMs: START_MS,
          startEquityQuote: '1000',
          realizedQuote: '0',
          feesQuote: '0.2',
          fills: 1,
          halted: false,
          haltReason: null,
          haltedAtMs: null,
        },
        peakEquityQuote: '1000',
        maxDrawdownRatio: 0,
      },
      closedDays: [],
    });
  });

  it('takes the whole cost out with the whole position, so that rounding leaves nothing', () => {
    const fills = [
      aFill({ qty: '3', price: '33.33', feeQuote: '0', fillSeq: 1 }),
      aFill({ side: 'sell', qty: '1', price: '40', feeQuote: '0', fillSeq: 2 }),
      aFill({ side: 'sell', qty: '2', price: '40', feeQuote: '0', fillSeq: 3 }),
    ];
    const { ledger } = book(fills, openLedger('1000', START_MS));
    expect(ledger.positions).toEqual({});
    expect(ledger.realizedQuote).toBe('20.01');
    expect(ledger.cashQuote).toBe('1020.01');
  });

  it('throws on a gap in fillSeq', () => {
    expect(() => applyFill(anAccount(), aFill({ fillSeq: 2 }))).toThrow('expected fillSeq 1, was 2');
  });

  it('throws on a sell above the position', () => {
    expect(() => applyFill(anAccount(), aFill({ side: 'sell' }))).toThrow('up to the position of 0, was 1');
  });

  it('rolls the day before a fill at its 00:00 UTC, valued at the last marks', () => {
    const { ledger } = applyFill(openLedger('1000', START_MS), aFill({ feeQuote: '0' }));
    const fill = aFill({ side: 'sell', price: '90', feeQuote: '0', atMs: START_MS + 24 * HOUR_MS, fillSeq: 2 });
    const { ledger: after, closedDays } = applyFill(ledger, fill);
    expect(closedDays.map(({ day, pnlQuote, fills }) => ({ day, pnlQuote, fills }))).toEqual([
      { day: '2024-01-01', pnlQuote: '0', fills: 1 },
    ]);
    expect(pnlOf(after)).toEqual({
      day: '2024-01-02',
      equityQuote: '990',
      pnlQuote: '-10',
      pnlRatio: -0.01,
      realizedQuote: '-10',
      unrealizedQuote: '0',
      feesQuote: '0',
    });
  });
});

describe('markLedger', () => {
  const long = applyFill(openLedger('1000', START_MS), aFill({ qty: '5', feeQuote: '0' })).ledger;
  const mark = (ledger: Ledger, close: string, hours: number): ReturnType<typeof markLedger> =>
    markLedger(ledger, { closes: { 'BTC-USDT': close }, closeTimeMs: START_MS + hours * HOUR_MS });

  it('keeps the mark of a symbol without a close', () => {
    const { ledger } = markLedger(long, { closes: { 'ETH-USDT': '7' }, closeTimeMs: START_MS + HOUR_MS });
    expect(ledger).toEqual(long);
  });

  it('remembers the deepest fall below the highest equity', () => {
    let ledger = long;
    for (const close of ['120', '100', '110', '98', '130']) ledger = mark(ledger, close, 2).ledger;
    expect([ledger.peakEquityQuote, ledger.maxDrawdownRatio]).toEqual(['1150', 0.1]);
  });

  it('values the end of a day at the close of 00:00 UTC', () => {
    expect(mark(long, '110', 24).closedDays).toEqual([
      {
        day: '2024-01-01',
        startEquityQuote: '1000',
        endEquityQuote: '1050',
        pnlQuote: '50',
        pnlRatio: 0.05,
        realizedQuote: '0',
        feesQuote: '0',
        fills: 1,
        halted: false,
        haltReason: null,
        endMs: START_MS + 24 * HOUR_MS,
      },
    ]);
  });

  it('values a 00:00 UTC inside an outage at the marks known then', () => {
    const { ledger, closedDays } = mark(long, '110', 50);
    expect(closedDays.map(({ day, pnlQuote }) => [day, pnlQuote])).toEqual([
      ['2024-01-01', '0'],
      ['2024-01-02', '0'],
    ]);
    expect(pnlOf(ledger).pnlQuote).toBe('50');
  });

  it('books the day PnL so that realised + unrealised - fees is the whole', () => {
    const sold = applyFill(mark(long, '104', 3).ledger, aFill({ side: 'sell', qty: '2', price: '110', fillSeq: 2 }));
    expect(pnlOf(mark(sold.ledger, '109', 4).ledger)).toEqual({
      day: '2024-01-01',
      equityQuote: '1046.9',
      pnlQuote: '46.9',
      pnlRatio: 0.0469,
      realizedQuote: '20',
      unrealizedQuote: '27',
      feesQuote: '0.1',
    });
  });
});

describe('a day', () => {
  it('keeps the first reason of a halt, and loses the halt at roll-over', () => {
    const halted = withDayHalt(anAccount(), { reason: 'daily_loss', atMs: START_MS + 5 });
    expect(withDayHalt(halted, { reason: 'daily_target', atMs: START_MS + 6 })).toEqual(halted);
    const { ledger, closedDays } = markLedger(halted, { closes: {}, closeTimeMs: START_MS + 24 * HOUR_MS });
    expect(closedDays.map((day) => [day.halted, day.haltReason])).toEqual([[true, 'daily_loss']]);
    expect([ledger.day.halted, ledger.day.haltReason, ledger.day.haltedAtMs]).toEqual([false, null, null]);
  });

  it('takes a lifted halt off', () => {
    const halted = withDayHalt(anAccount(), { reason: 'daily_loss', atMs: START_MS + 5 });
    expect(withDayHalt(halted, null)).toEqual(anAccount());
  });

  it('starts at the present equity after a reset, totals kept', () => {
    const { ledger } = applyFill(anAccount(), aFill());
    const reset = resetDay(ledger, START_MS + 7 * HOUR_MS);
    expect(pnlOf(reset)).toEqual({
      day: '2024-01-01',
      equityQuote: '999999.9',
      pnlQuote: '0',
      pnlRatio: 0,
      realizedQuote: '0',
      unrealizedQuote: '0',
      feesQuote: '0',
    });
    expect([reset.feesQuote, reset.lastFillSeq]).toEqual(['0.1', 1]);
  });
});

describe('profitOfSell', () => {
  it('is the notional less the cost of what is sold', () => {
    expect(profitOfSell({ qty: '3', costQuote: '100' }, '1', '40')).toBe('6.66666667');
    expect(profitOfSell({ qty: '3', costQuote: '100' }, '3', '40')).toBe('20');
  });
});
