import { ColumnCandle, decimalAt, type DecimalColumns } from '../market/candle-columns.js';
import { closeTimeMs, timeframeMs } from '../market/timeframe.js';
import type { TimeframeName } from '../messages/envelope.js';
import { DAY_MS } from '../portfolio/utc-day.js';
import type { StrategyRun } from '../strategies/strategy.js';
import type { ColumnSeries, StepCandle } from './candle-steps.js';
import { Desk, type DeskRules, type DeskSignal } from './desk.js';
import { EquityWatch } from './equity-watch.js';
import { FinerCandles, finerUseOf, type FinerUse } from './finer-candles.js';
import { SignalWindow } from './signal-window.js';
import { SymbolWatch } from './symbol-watch.js';
import { rowOfStep, timelineOf, type Timeline } from './timeline.js';

/** Steps whose signals are computed at once: few enough to stay in the processor's cache. */
const WINDOW_STEPS = 4096;

export interface TradeInput {
  /** In the session's order of symbols; open times strictly rising in each. */
  readonly series: readonly ColumnSeries[];
  /** Shorter candles by symbol, for the order of prices within a candle. */
  readonly finer?: ReadonlyMap<string, DecimalColumns> | undefined;
  /** One for each series. */
  readonly runs: readonly StrategyRun[];
  readonly timeframe: TimeframeName;
  readonly rules: DeskRules;
  readonly startEquityQuote: string;
  /** Steps before it only warm the strategy. */
  readonly fromMs: number;
  /** Steps whose signals are computed at once; the result does not depend on it. */
  readonly windowSteps?: number | undefined;
  /** Called after each window with the candles done. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** What has been traded; no desk when no candle was to be traded. */
export interface Traded {
  readonly desk: Desk | undefined;
  readonly endMs: number;
  readonly finerUse: FinerUse;
}

/**
 * Trades series as the desk would if it took every step, and gives it only those that can matter: in all others nothing
 * fills or triggers, no day ends or halts, no signal leads to an order, and the drawdown's peak and depth do not move. The
 * result is the same to the last digit (`trade-every-step.ts` in `testing` is what the tests compare it with).
 */
export function tradeColumns(input: TradeInput): Traded {
  const trade = new ColumnTrade(input);
  trade.run();
  return { desk: trade.desk, endMs: trade.endMs, finerUse: finerUseOf(trade.finer) };
}

class ColumnTrade {
  desk: Desk | undefined;
  endMs = 0;
  readonly finer: readonly (FinerCandles | undefined)[];
  readonly #input: TradeInput;
  readonly #columns: readonly DecimalColumns[];
  readonly #timeline: Timeline;
  readonly #windows: readonly SignalWindow[];
  readonly #symbols: SymbolWatch;
  readonly #equity: EquityWatch;
  readonly #windowSteps: number;
  readonly #lengthMs: number;
  /** Whether an equal double is an equal decimal, so that closes that stay as they are leave the equity as it is. */
  readonly #plain: boolean;
  #dayEndMs = -Infinity;
  #cash = 0;
  /** Of the steps that the desk has not been told of yet. */
  #skippedCandles = 0;
  #skippedSignals = 0;

  constructor(input: TradeInput) {
    this.#input = input;
    this.#windowSteps = input.windowSteps ?? WINDOW_STEPS;
    this.#columns = input.series.map(({ columns }) => columns);
    this.#timeline = timelineOf(this.#columns);
    this.#windows = input.series.map(({ columns }, index) => {
      const run = input.runs[index];
      if (run === undefined)
        throw new RangeError(`runs: expected one for each of ${String(input.series.length)} series`);
      return new SignalWindow(columns, run, this.#windowSteps);
    });
    this.#symbols = new SymbolWatch(input.series.map(({ symbol }) => symbol));
    this.#equity = new EquityWatch(input.rules.dayLimits);
    this.#lengthMs = timeframeMs(input.timeframe);
    this.finer = input.series.map(({ symbol, columns }) => {
      const finer = input.finer?.get(symbol);
      return finer === undefined ? undefined : new FinerCandles(columns, finer, input.timeframe);
    });
    this.#plain = this.#columns.every(({ exact }) => exact.size === 0);
  }

  run(): void {
    const { length, openTimeMs } = this.#timeline;
    let done = 0;
    for (let from = 0; from < length; from += this.#windowSteps) {
      const to = Math.min(from + this.#windowSteps, length);
      for (const [index, window] of this.#windows.entries()) {
        const count = this.#countRows(index, from, to);
        window.advance(count);
        done += count;
      }
      let step = from;
      if (this.desk === undefined) while (step < to && (openTimeMs[step] ?? 0) < this.#input.fromMs) step += 1;
      for (; step < to; step += 1) if (!this.#skip(step)) this.#take(step);
      this.#input.onProgress?.(done);
    }
    if (this.desk === undefined) return;
    this.#tell(this.desk);
    this.endMs = (openTimeMs[length - 1] ?? 0) + this.#lengthMs;
  }

  #countRows(index: number, from: number, to: number): number {
    const rows = this.#timeline.rows?.[index];
    if (rows === undefined) return to - from;
    let count = 0;
    for (let step = from; step < to; step += 1) if ((rows[step] ?? -1) >= 0) count += 1;
    return count;
  }

  /** Leaves a step out if the desk has nothing to do in it; false when it has, or may have. */
  #skip(step: number): boolean {
    const openTimeMs = this.#timeline.openTimeMs[step] ?? 0;
    if (openTimeMs + this.#lengthMs >= this.#dayEndMs) return false;
    const { held, resting } = this.#symbols;
    if (resting.length > 0 && this.#wakes(step, openTimeMs)) return false;
    const signals = this.#countIdleSignals(step);
    if (signals < 0) return false;
    if (held.length > 0 && !this.#markRoughly(step)) return false;
    this.#skippedSignals += signals;
    this.#skippedCandles += this.#countCandles(step);
    return true;
  }

  /** Whether a candle of the step may fill or trigger something that rests. */
  #wakes(step: number, openTimeMs: number): boolean {
    const { resting, always, untilMs } = this.#symbols;
    for (const index of resting) {
      const row = rowOfStep(this.#timeline, index, step);
      if (row < 0) continue;
      if (always[index] === 1 || openTimeMs >= (untilMs[index] ?? 0) || this.#reaches(index, row)) return true;
    }
    return false;
  }

  /** Whether a candle reaches a level that it would wake at. */
  #reaches(index: number, row: number): boolean {
    const { low, high } = this.#symbols;
    const columns = this.#columns[index];
    const above = (columns?.low[row] ?? 0) > (low[index] ?? Infinity);
    return !above || !((columns?.high[row] ?? Infinity) < (high[index] ?? 0));
  }

  /** How many signals the step gives that lead to nothing; -1 when one leads further. */
  #countIdleSignals(step: number): number {
    const { takesBuy, takesSell } = this.#symbols;
    let signals = 0;
    for (let index = 0; index < this.#windows.length; index += 1) {
      const window = this.#windows[index];
      const row = rowOfStep(this.#timeline, index, step);
      if (row < 0 || window === undefined) continue;
      const side = window.side[row - window.from];
      if (side === 0) continue;
      if ((side === 1 ? takesBuy[index] : takesSell[index]) === 1 && this.#mayOrder(index, row)) return -1;
      signals += 1;
    }
    return signals;
  }

  /** Whether a signal may lead to an order. One after another that came to no size is sized first, to have only those that do. */
  #mayOrder(index: number, row: number): boolean {
    if (this.#symbols.refused[index] === 0) return true;
    const signal = this.#signalAt(index, row);
    return signal !== undefined && this.desk?.sizes(signal) !== false;
  }

  #signalAt(index: number, row: number): DeskSignal | undefined {
    const one = this.#input.series[index];
    const signal = this.#windows[index]?.at(row);
    if (one === undefined || signal === undefined) return undefined;
    return { ...signal, symbol: one.symbol, price: decimalAt(one.columns, 'close', row) };
  }

  #countCandles(step: number): number {
    const { rows } = this.#timeline;
    if (rows === undefined) return this.#columns.length;
    let candles = 0;
    for (const own of rows) if ((own[step] ?? -1) >= 0) candles += 1;
    return candles;
  }

  /** Marks what is held at the step's closes, in doubles; false when a day's limit may be reached. */
  #markRoughly(step: number): boolean {
    const { held, qty, mark } = this.#symbols;
    let equity = this.#cash;
    let still = this.#plain;
    for (const index of held) {
      const close = this.#closeAt(index, step);
      if (close !== mark[index]) still = false;
      equity += (qty[index] ?? 0) * close;
    }
    const { haltLow, haltHigh, peakLine, troughLine } = this.#equity;
    if (equity <= haltLow || equity >= haltHigh) return false;
    for (const index of held) this.#moveMark(index, step);
    if (still || (equity > troughLine && equity < peakLine)) return true;
    if (this.#equity.note(equity, this.#symbols.heldRows())) this.#settle();
    return true;
  }

  #closeAt(index: number, step: number): number {
    const row = rowOfStep(this.#timeline, index, step);
    return row < 0 ? (this.#symbols.mark[index] ?? 0) : (this.#columns[index]?.close[row] ?? 0);
  }

  #moveMark(index: number, step: number): void {
    const row = rowOfStep(this.#timeline, index, step);
    if (row < 0) return;
    this.#symbols.mark[index] = this.#columns[index]?.close[row] ?? 0;
    this.#symbols.row[index] = row;
  }

  /** Marks exactly what waits for it. */
  #settle(): void {
    const { desk } = this;
    if (desk === undefined) return;
    for (const rows of this.#equity.waiting) desk.mark(this.#symbols.closesAt(rows, this.#columns));
    this.#equity.resume(desk.ledger);
  }

  /** Tells the desk of all that was left out. */
  #tell(desk: Desk): void {
    this.#settle();
    desk.value(this.#symbols.closesAt(this.#symbols.heldRows(), this.#columns));
    desk.skip({ candles: this.#skippedCandles, signals: this.#skippedSignals });
    this.#skippedCandles = 0;
    this.#skippedSignals = 0;
  }

  /** Gives a step to the desk. */
  #take(step: number): void {
    const { series, rules, startEquityQuote: equityQuote, timeframe } = this.#input;
    const openTimeMs = this.#timeline.openTimeMs[step] ?? 0;
    const closeMs = closeTimeMs(openTimeMs, timeframe);
    if (this.desk !== undefined) this.#tell(this.desk);
    const desk = (this.desk ??= new Desk(rules, { equityQuote, atMs: openTimeMs }));
    const candles = this.#involvedCandles(step);
    desk.skip({ candles: this.#countCandles(step) - candles.length, signals: 0 });
    desk.open({ openTimeMs, closeTimeMs: closeMs, candles });
    for (let index = 0; index < series.length; index += 1) {
      const row = rowOfStep(this.#timeline, index, step);
      const signal = row < 0 ? undefined : this.#signalAt(index, row);
      if (signal === undefined) continue;
      const taken = this.#symbols.takes(index, signal.side);
      const ordered = desk.act(signal, closeMs);
      if (taken) this.#symbols.refused[index] = Number(!ordered);
    }
    this.#symbols.start(desk);
    this.#equity.start(desk.ledger, this.#symbols.held.length);
    this.#cash = Number(desk.ledger.cashQuote);
    this.#dayEndMs = desk.ledger.day.startMs + DAY_MS;
  }

  /** The candles that matter to the account: of symbols that it holds, or that something rests of. */
  #involvedCandles(step: number): StepCandle[] {
    const candles: StepCandle[] = [];
    for (const [index, { symbol, columns }] of this.#input.series.entries()) {
      const row = rowOfStep(this.#timeline, index, step);
      if (row < 0 || this.#symbols.involved[index] === 0) continue;
      const before = row === 0 ? undefined : new ColumnCandle(columns, row - 1);
      const inside = this.#symbols.resting.includes(index) ? this.finer[index]?.within(row) : undefined;
      candles.push({ index, symbol, candle: new ColumnCandle(columns, row), before, inside });
    }
    return candles;
  }
}
