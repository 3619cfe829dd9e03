import { ASLEEP, wakeOfExits, type Wake } from '../exchange/exit-wake.js';
import type { FillRules } from '../exchange/fill-rules.js';
import { matchCandles } from '../exchange/match-candles.js';
import type { PaperCandle } from '../exchange/match-step.js';
import { orderIdOf, requestIdOf } from '../exchange/order-id.js';
import { decideSubmit, openQtyOf, type PaperOrder } from '../exchange/paper-exchange.js';
import type { RestingExits } from '../exchange/resting-exits.js';
import { getInstrument, type Instrument } from '../market/instrument.js';
import type { TimeframeName } from '../messages/envelope.js';
import { parseDecimal, type Decimal } from '../money/decimal.js';
import { exitPlanMessageOf } from '../messages/exit-plan-message.js';
import { decideDayHalt, type DayLimits } from '../portfolio/decide-halt.js';
import { decideSignal } from '../portfolio/decide-signal.js';
import { exposureOf, sizingViewOf } from '../portfolio/exposure.js';
import {
  applyFill,
  dayPnlRatioOf,
  equityOf,
  markLedger,
  noteDrawdown,
  openLedger,
  withDayHalt,
  withMarks,
  type ClosedDay,
  type Ledger,
  type LedgerChange,
} from '../portfolio/ledger.js';
import { decideSize, largestBuy, type OpenOrder, type RiskProfile } from '../portfolio/size-order.js';
import { decideRisk } from '../risk/decide-risk.js';
import type { RiskPolicy } from '../risk/risk-policy.js';
import type { StrategySignal } from '../strategies/strategy.js';
import type { CandleStep } from './candle-steps.js';
import type { ReportFill } from './report.js';
import { partsOf, SeenCandle, type SymbolCandle } from './step-parts.js';

/** Cash of so many least orders pays for one, whatever the buffer and the fees are as a rule. */
const AMPLE = 20;

/** All that the desk decides by, apart from the candles and the strategy. */
export interface DeskRules {
  readonly timeframe: TimeframeName;
  readonly instruments: ReadonlyMap<string, Instrument>;
  readonly dayLimits: DayLimits;
  readonly riskPolicy: RiskPolicy;
  readonly riskProfile: RiskProfile;
  readonly cashBufferRatio: number;
  readonly fills: FillRules;
}

/** A signal of one symbol at a candle's close; `price` is that close. */
export interface DeskSignal extends StrategySignal {
  readonly symbol: string;
  readonly price: string;
}

/**
 * The desk in one process: account, open orders and counters, moved by the functions that the agents call, in the order
 * that the orchestrator enforces.
 */
export class Desk {
  static readonly SESSION_ID = 'backtest';
  readonly fills: ReportFill[] = [];
  readonly closedDays: ClosedDay[] = [];
  readonly counters = { candles: 0, signals: 0, riskRequests: 0, riskRefused: 0, orders: 0, rejected: 0 };
  readonly #rules: DeskRules;
  #ledger: Ledger;
  #openOrders: readonly PaperOrder[] = [];
  #exits: readonly RestingExits[] = [];
  #largest: { cashQuote: string; orders: readonly PaperOrder[]; notional: Decimal } | undefined;
  /** The ledger that the halt was last decided on; an unchanged ledger has an unchanged PnL. */
  #judged: Ledger | undefined;

  constructor(rules: DeskRules, start: { readonly equityQuote: string; readonly atMs: number }) {
    this.#rules = rules;
    this.#ledger = openLedger(start.equityQuote, start.atMs);
  }

  get ledger(): Ledger {
    return this.#ledger;
  }

  /** The step up to the signals: fills at the opens, exits inside the candles, marks at the closes, roll-over, halt. */
  open(step: CandleStep): void {
    this.counters.candles += step.candles.length;
    for (const part of partsOf(step)) {
      if (this.#openOrders.length > 0 || this.#exits.length > 0) this.#fill(part);
    }
    const closes: Record<string, string> = {};
    for (const { symbol, candle } of step.candles) closes[symbol] = candle.close;
    this.#apply(markLedger(this.#ledger, { closes, closeTimeMs: step.closeTimeMs }));
    this.#decideHalt(step.closeTimeMs);
  }

  /**
   * One symbol's signal: size, risk, order. To be called in the session's order of symbols. False when it was dropped, or
   * its size came to nothing.
   */
  act(signal: DeskSignal, closeTimeMs: number): boolean {
    this.counters.signals += 1;
    const qty = this.#size(signal);
    if (qty === undefined) return false;
    this.#order(signal, qty, closeTimeMs);
    return true;
  }

  /** Whether `act` would go on to the risk rules; it depends on no mark. */
  sizes(signal: DeskSignal): boolean {
    return this.#size(signal) !== undefined;
  }

  /**
   * When the symbol's next candle matters: one that does not (see `Wake`) need not be given to `open`, but has to be counted
   * and marked. Holds until the next `open` or `act` of the symbol.
   */
  wake(symbol: string): Wake {
    if (this.#openOrders.some((order) => order.symbol === symbol)) return { ...ASLEEP, always: true };
    if (this.#exits.length === 0) return ASLEEP;
    const exits = this.#exits.filter(({ entry }) => entry.symbol === symbol);
    return exits.length === 0 ? ASLEEP : wakeOfExits(exits, getInstrument(this.#rules.instruments, symbol));
  }

  /** Whether an order or an exit of the symbol rests at the exchange. */
  rests(symbol: string): boolean {
    const { length } = this.#openOrders;
    if (length > 0 && this.#openOrders.some((order) => order.symbol === symbol)) return true;
    return this.#exits.length > 0 && this.#exits.some(({ entry }) => entry.symbol === symbol);
  }

  /** False when no signal of that side leads to an order, whatever price and confidence. Holds until the next `open` or `act`. */
  takes(symbol: string, side: StrategySignal['side']): boolean {
    if (!this.#isWanted(symbol, side)) return false;
    if (side === 'sell') return true;
    const { minNotional } = getInstrument(this.#rules.instruments, symbol);
    // Only an account that is nearly empty is worth the exact answer.
    return minNotional.times(AMPLE).lt(parseDecimal(this.#ledger.cashQuote)) || this.#largestBuy().gte(minNotional);
  }

  /** Whether a signal of that side would be sized, and not dropped. */
  #isWanted(symbol: string, side: StrategySignal['side']): boolean {
    const positionQty = this.#ledger.positions[symbol]?.qty ?? '0';
    const { halted } = this.#ledger.day;
    return decideSignal({ symbol, side, positionQty, openOrders: this.#openOrders, halted }) === 'size';
  }

  /** Counts candles that need not be given to `open`, and signals that need not be given to `act`. */
  skip({ candles, signals }: { readonly candles: number; readonly signals: number }): void {
    this.counters.candles += candles;
    this.counters.signals += signals;
  }

  /** Marks the positions at closes between two steps, and notes the drawdown; no day may end by then. */
  mark(closes: Readonly<Record<string, string>>): void {
    this.#ledger = noteDrawdown(withMarks(this.#ledger, closes));
  }

  /** Values the positions at the last closes before the next step, whose equity needs no note. */
  value(closes: Readonly<Record<string, string>>): void {
    this.#ledger = withMarks(this.#ledger, closes);
  }

  #fill(part: readonly SymbolCandle[]): void {
    const candles: Record<string, PaperCandle> = {};
    for (const { symbol, candle, before } of part) candles[symbol] = new SeenCandle(candle, before);
    const { cashQuote: cash, positions } = this.#ledger;
    const { timeframe, instruments, fills: rules } = this.#rules;
    const { outcomes, book } = matchCandles(
      { cash, positions, orders: this.#openOrders, exits: this.#exits },
      { candles, timeframe, closed: true },
      { instruments, rules },
    );
    for (const outcome of outcomes) {
      if (outcome.type !== 'fill') {
        if (outcome.exit === undefined) this.counters.rejected += 1;
        continue;
      }
      const { orderId, symbol, side, qty, price, feeQuote, atMs, fillNumber } = outcome;
      const fillSeq = this.#ledger.lastFillSeq + 1;
      const fill = { orderId, symbol, side, qty, price, feeQuote, atMs, fillSeq, fillNumber };
      this.#apply(applyFill(this.#ledger, fill));
      this.fills.push(fill);
    }
    this.#openOrders = book.orders;
    this.#exits = book.exits;
  }

  #decideHalt(atMs: number): void {
    if (this.#ledger.day.halted || this.#ledger === this.#judged) return;
    this.#judged = this.#ledger;
    const reason = decideDayHalt(dayPnlRatioOf(this.#ledger), this.#rules.dayLimits);
    if (reason === undefined) return;
    this.#ledger = withDayHalt(this.#ledger, { reason, atMs });
    const kept = this.#openOrders.filter((order) => order.side === 'sell');
    this.counters.rejected += this.#openOrders.length - kept.length;
    this.#openOrders = kept;
  }

  #order(signal: DeskSignal, qty: string, closeTimeMs: number): void {
    const requestId = requestIdOf({ sessionId: Desk.SESSION_ID, symbol: signal.symbol, closeTimeMs });
    this.counters.riskRequests += 1;
    const decision = decideRisk(
      {
        requestId,
        symbol: signal.symbol,
        side: signal.side,
        confidence: signal.confidence,
        qty,
        price: signal.price,
        atMs: closeTimeMs,
        exposure: exposureOf(this.#ledger, { symbol: signal.symbol, openOrders: this.#openOrdersView() }),
        halted: this.#ledger.day.halted,
      },
      this.#rules.riskPolicy,
    );
    if (!decision.ok) {
      this.counters.riskRefused += 1;
      return;
    }
    this.#submit({
      orderId: orderIdOf(requestId),
      symbol: signal.symbol,
      side: signal.side,
      qty,
      referencePrice: signal.price,
      notBeforeMs: closeTimeMs,
      timeframe: this.#rules.timeframe,
      ...(signal.side === 'buy' && signal.exits !== undefined ? { exits: exitPlanMessageOf(signal.exits) } : {}),
    });
  }

  #size(signal: DeskSignal): string | undefined {
    const { symbol, side } = signal;
    const { riskPolicy, riskProfile, cashBufferRatio, fills, instruments } = this.#rules;
    if (!this.#isWanted(symbol, side)) return undefined;
    const { qty, reason } = decideSize({
      symbol,
      side,
      confidence: signal.confidence,
      price: signal.price,
      ledger: sizingViewOf(this.#ledger, symbol),
      openOrders: this.#openOrdersView(),
      instrument: getInstrument(instruments, symbol),
      limits: riskPolicy,
      riskProfile,
      cashBufferRatio,
      feesBps: fills.takerFeesBps,
    });
    return reason === 'sized' ? qty : undefined;
  }

  /** Of any symbol; kept as long as nothing has changed that it depends on. */
  #largestBuy(): Decimal {
    const known = this.#largest;
    if (known?.cashQuote === this.#ledger.cashQuote && known.orders === this.#openOrders) return known.notional;
    const { riskPolicy: limits, riskProfile, cashBufferRatio, fills } = this.#rules;
    const { cashQuote } = this.#ledger;
    const notional = largestBuy({
      ledger: { cashQuote, equityQuote: equityOf(this.#ledger), positionQty: '0' },
      openOrders: this.#openOrdersView(),
      limits,
      riskProfile,
      cashBufferRatio,
      feesBps: fills.takerFeesBps,
    });
    this.#largest = { cashQuote, orders: this.#openOrders, notional };
    return notional;
  }

  #submit(order: PaperOrder): void {
    this.counters.orders += 1;
    const decision = decideSubmit(order, {
      instrument: getInstrument(this.#rules.instruments, order.symbol),
      positionQty: this.#ledger.positions[order.symbol]?.qty ?? '0',
      halted: this.#ledger.day.halted,
    });
    if (decision.state === 'acknowledged') this.#openOrders = [...this.#openOrders, order];
    else this.counters.rejected += 1;
  }

  #openOrdersView(): readonly OpenOrder[] {
    return this.#openOrders.map((order) => ({
      symbol: order.symbol,
      side: order.side,
      qty: openQtyOf(order),
      price: order.referencePrice,
    }));
  }

  #apply(change: LedgerChange): void {
    this.#ledger = change.ledger;
    this.closedDays.push(...change.closedDays);
  }
}
