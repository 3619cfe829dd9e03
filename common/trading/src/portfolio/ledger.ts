import type { OrderSide } from '../messages/envelope.js';
import { Decimal, formatDecimal, parseDecimal } from '../money/decimal.js';
import { buyInto, FLAT, sellFrom, type Position } from './position.js';
import { DAY_MS, startOfUtcDay, utcDayName } from './utc-day.js';

/** A held position and the price it was last valued at (last close, or the fill price until the next close). */
export interface LedgerPosition extends Position {
  readonly markPrice: string;
}

/** The running UTC day; `startMs` is its 00:00 UTC, `startEquityQuote` the equity then (or when the account opened). */
export interface LedgerDay {
  readonly day: string;
  readonly startMs: number;
  readonly startEquityQuote: string;
  readonly realizedQuote: string;
  readonly feesQuote: string;
  readonly fills: number;
  readonly halted: boolean;
  readonly haltReason: string | null;
  readonly haltedAtMs: number | null;
}

/**
 * The desk's account as plain JSON: all amounts are decimal strings, so it survives a JSON round trip bit for bit.
 * `positions` holds only symbols with a quantity. `realizedQuote` is the profit of sells before fees; `feesQuote` all
 * fees. Invariant, to the last digit: cash + cost of positions = start equity + realised - fees.
 */
export interface Ledger {
  readonly startEquityQuote: string;
  readonly cashQuote: string;
  readonly positions: Readonly<Record<string, LedgerPosition>>;
  readonly feesQuote: string;
  readonly realizedQuote: string;
  readonly lastFillSeq: number;
  readonly startedAtMs: number;
  readonly day: LedgerDay;
  readonly peakEquityQuote: string;
  /** Deepest fall below the highest equity seen at a mark, as a positive share of it. */
  readonly maxDrawdownRatio: number;
}

/** One fill of the account; `fillSeq` counts from 1 without gaps; `feeQuote` is paid on top. */
export interface LedgerFill {
  readonly symbol: string;
  readonly side: OrderSide;
  readonly qty: string;
  readonly price: string;
  readonly feeQuote: string;
  readonly atMs: number;
  readonly fillSeq: number;
}

/** A UTC day that is over; `endMs` is the 00:00 UTC that ended it. `halted` says how the day stood at its end. */
export interface ClosedDay {
  readonly day: string;
  readonly startEquityQuote: string;
  readonly endEquityQuote: string;
  readonly pnlQuote: string;
  readonly pnlRatio: number;
  readonly realizedQuote: string;
  readonly feesQuote: string;
  readonly fills: number;
  readonly halted: boolean;
  readonly haltReason: string | null;
  readonly endMs: number;
}

/** What happened to the ledger, and the days that ended on the way, oldest first (usually none). */
export interface LedgerChange {
  readonly ledger: Ledger;
  readonly closedDays: readonly ClosedDay[];
}

/** The running day's figures. unrealised = pnl - realised + fees, so that pnl = realised + unrealised - fees. */
export interface DayPnl {
  readonly day: string;
  readonly equityQuote: string;
  readonly pnlQuote: string;
  readonly pnlRatio: number;
  readonly realizedQuote: string;
  readonly unrealizedQuote: string;
  readonly feesQuote: string;
}

/** A fresh account: all cash, day of `atMs` running. @throws RangeError when the start equity is no decimal string. */
export function openLedger(startEquityQuote: string, atMs: number): Ledger {
  const start = formatDecimal(parseDecimal(startEquityQuote));
  return {
    startEquityQuote: start,
    cashQuote: start,
    positions: {},
    feesQuote: '0',
    realizedQuote: '0',
    lastFillSeq: 0,
    startedAtMs: atMs,
    day: freshDay(atMs, start),
    peakEquityQuote: start,
    maxDrawdownRatio: 0,
  };
}

/**
 * Books a fill. Days that ended before it are closed first, at the marks known so far. A fill that is already booked
 * (`fillSeq` not above `lastFillSeq`) changes nothing.
 *
 * @throws RangeError on a gap in `fillSeq`, and on a sell above the position.
 */
export function applyFill(ledger: Ledger, fill: LedgerFill): LedgerChange {
  if (fill.fillSeq <= ledger.lastFillSeq) return { ledger, closedDays: [] };
  if (fill.fillSeq !== ledger.lastFillSeq + 1) {
    throw new RangeError(`expected fillSeq ${String(ledger.lastFillSeq + 1)}, was ${String(fill.fillSeq)}`);
  }
  const rolled = rollDays(ledger, fill.atMs);
  return { ledger: bookFill(rolled.ledger, fill), closedDays: rolled.closedDays };
}

/**
 * Values the positions at the closes of a step (symbols without a close keep their mark), notes the drawdown, and rolls
 * the day. A 00:00 UTC strictly before `closeTimeMs` (after an outage) is valued at the marks known then, one at
 * `closeTimeMs` itself at the new closes.
 */
export function markLedger(
  ledger: Ledger,
  step: { readonly closes: Readonly<Record<string, string>>; readonly closeTimeMs: number },
): LedgerChange {
  const before = rollDays(ledger, step.closeTimeMs - 1);
  const marked = noteDrawdown(withMarks(before.ledger, step.closes));
  const after = rollDays(marked, step.closeTimeMs);
  return { ledger: after.ledger, closedDays: [...before.closedDays, ...after.closedDays] };
}

/** Cash plus positions at their marks. */
export function equityOf(ledger: Ledger): string {
  return formatDecimal(equity(ledger));
}

/** PnL of the running day, from the equity at its 00:00 UTC to the last marks. */
export function pnlOf(ledger: Ledger): DayPnl {
  const { day } = ledger;
  const now = equity(ledger);
  const pnl = now.minus(parseDecimal(day.startEquityQuote));
  const unrealized = pnl.minus(parseDecimal(day.realizedQuote)).plus(parseDecimal(day.feesQuote));
  return {
    day: day.day,
    equityQuote: formatDecimal(now),
    pnlQuote: formatDecimal(pnl),
    pnlRatio: pnl.ratioTo(parseDecimal(day.startEquityQuote)),
    realizedQuote: day.realizedQuote,
    unrealizedQuote: formatDecimal(unrealized),
    feesQuote: day.feesQuote,
  };
}

/** `pnlRatio` of `pnlOf` alone. */
export function dayPnlRatioOf(ledger: Ledger): number {
  const start = parseDecimal(ledger.day.startEquityQuote);
  return equity(ledger).minus(start).ratioTo(start);
}

/**
 * Realised profit of selling `qty` at `price` out of a position, before the fee.
 *
 * @throws RangeError when `qty` is above the position.
 */
export function profitOfSell(position: Position, qty: string, price: string): string {
  const sold = parseDecimal(qty);
  return formatDecimal(sold.times(parseDecimal(price)).minus(sellFrom(position, sold).costOut));
}

/** Starts the day's figures anew at the present equity, halt lifted; cash, positions and totals stay. */
export function resetDay(ledger: Ledger, atMs: number): Ledger {
  return { ...ledger, day: freshDay(atMs, equityOf(ledger)) };
}

/** Marks the running day as halted, or lifts that with `null`. A first halt's reason and instant are kept. */
export function withDayHalt(ledger: Ledger, halt: { readonly reason: string; readonly atMs: number } | null): Ledger {
  if (halt !== null && ledger.day.halted) return ledger;
  return {
    ...ledger,
    day: { ...ledger.day, halted: halt !== null, haltReason: halt?.reason ?? null, haltedAtMs: halt?.atMs ?? null },
  };
}

function freshDay(atMs: number, startEquityQuote: string): LedgerDay {
  const startMs = startOfUtcDay(atMs);
  return {
    day: utcDayName(startMs),
    startMs,
    startEquityQuote,
    realizedQuote: '0',
    feesQuote: '0',
    fills: 0,
    halted: false,
    haltReason: null,
    haltedAtMs: null,
  };
}

/** The ledger that was valued last: the same one is asked for several figures in turn. Ledgers never change. */
const valued: { ledger: Ledger | undefined; equity: Decimal } = { ledger: undefined, equity: Decimal.of(0) };

function equity(ledger: Ledger): Decimal {
  if (valued.ledger === ledger) return valued.equity;
  let sum = parseDecimal(ledger.cashQuote);
  for (const symbol in ledger.positions) {
    const position = ledger.positions[symbol];
    if (position !== undefined) sum = sum.plus(parseDecimal(position.qty).times(parseDecimal(position.markPrice)));
  }
  valued.ledger = ledger;
  valued.equity = sum;
  return sum;
}

/** Closes every day whose end is not after `atMs`; nothing else than days changes. */
function rollDays(ledger: Ledger, atMs: number): LedgerChange {
  let endMs = ledger.day.startMs + DAY_MS;
  if (atMs < endMs) return { ledger, closedDays: [] };
  const closedDays: ClosedDay[] = [];
  let rolled = ledger;
  for (; endMs <= atMs; endMs += DAY_MS) {
    const { day } = rolled;
    const pnl = pnlOf(rolled);
    closedDays.push({
      day: day.day,
      startEquityQuote: day.startEquityQuote,
      endEquityQuote: pnl.equityQuote,
      pnlQuote: pnl.pnlQuote,
      pnlRatio: pnl.pnlRatio,
      realizedQuote: day.realizedQuote,
      feesQuote: day.feesQuote,
      fills: day.fills,
      halted: day.halted,
      haltReason: day.haltReason,
      endMs,
    });
    rolled = { ...rolled, day: freshDay(endMs, pnl.equityQuote) };
  }
  return { ledger: rolled, closedDays };
}

function bookFill(ledger: Ledger, fill: LedgerFill): Ledger {
  const qty = parseDecimal(fill.qty);
  const notional = qty.times(parseDecimal(fill.price));
  const fee = parseDecimal(fill.feeQuote);
  const held = ledger.positions[fill.symbol];
  const cash = parseDecimal(ledger.cashQuote);
  const sold = fill.side === 'sell' ? sellFrom(held ?? FLAT, qty) : undefined;
  const next = sold ?? buyInto(held ?? FLAT, qty, notional);
  const profit = sold === undefined ? Decimal.of(0) : notional.minus(sold.costOut);
  const moved = sold === undefined ? notional.neg() : notional;
  const plus = (text: string, amount: Decimal): string => formatDecimal(parseDecimal(text).plus(amount));
  return {
    ...ledger,
    cashQuote: formatDecimal(cash.plus(moved).minus(fee)),
    positions: withPosition(ledger.positions, fill.symbol, {
      qty: formatDecimal(next.qty),
      costQuote: formatDecimal(next.costQuote),
      markPrice: held?.markPrice ?? fill.price,
    }),
    feesQuote: plus(ledger.feesQuote, fee),
    realizedQuote: plus(ledger.realizedQuote, profit),
    lastFillSeq: fill.fillSeq,
    day: {
      ...ledger.day,
      realizedQuote: plus(ledger.day.realizedQuote, profit),
      feesQuote: plus(ledger.day.feesQuote, fee),
      fills: ledger.day.fills + 1,
    },
  };
}

function withPosition(
  positions: Readonly<Record<string, LedgerPosition>>,
  symbol: string,
  position: LedgerPosition,
): Readonly<Record<string, LedgerPosition>> {
  const { [symbol]: _replaced, ...others } = positions;
  return position.qty === '0' ? others : { ...others, [symbol]: position };
}

/** Values the positions at closes, and nothing else; the same ledger when no mark changes. */
export function withMarks(ledger: Ledger, closes: Readonly<Record<string, string>>): Ledger {
  let positions: Record<string, LedgerPosition> | undefined;
  for (const symbol in ledger.positions) {
    const position = ledger.positions[symbol];
    const close = closes[symbol];
    if (position === undefined || close === undefined || close === position.markPrice) continue;
    positions ??= { ...ledger.positions };
    positions[symbol] = { ...position, markPrice: close };
  }
  return positions === undefined ? ledger : { ...ledger, positions };
}

/** Notes a new peak of the equity at the marks, or a deeper fall below it. */
export function noteDrawdown(ledger: Ledger): Ledger {
  const now = equity(ledger);
  const peak = parseDecimal(ledger.peakEquityQuote);
  if (now.eq(peak)) return ledger;
  if (now.gt(peak)) return { ...ledger, peakEquityQuote: formatDecimal(now) };
  const drawdown = peak.minus(now).ratioTo(peak);
  return drawdown > ledger.maxDrawdownRatio ? { ...ledger, maxDrawdownRatio: drawdown } : ledger;
}
