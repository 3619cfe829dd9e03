import type { DayLimits } from '../portfolio/decide-halt.js';
import type { Ledger } from '../portfolio/ledger.js';

/** What has to be marked exactly, in its order: the row of each held symbol's close, -1 where it had none yet. */
export type Marks = readonly number[];

/** So many steps may wait to be marked exactly before they are. */
const MOST_WAITING = 16;

/**
 * Watches the equity between two steps that the desk takes, in doubles: says when a day's limit may be reached, and which
 * steps may hold the highest equity or the deepest fall, for the ledger's drawdown. The ledger alone decides, from decimals;
 * this only leaves out the steps that cannot matter.
 *
 * An equity of `held` products and a sum, none of them negative, differs from the true one by at most
 * `(held + 4) x 2^-53` of it (each operation rounds by 2^-53, and so does each of its terms). All comparisons allow at
 * least four times that.
 */
export class EquityWatch {
  /** An equity at or below it may reach the day's loss limit. */
  haltLow = Infinity;
  /** An equity at or above it may reach the day's target. */
  haltHigh = -Infinity;
  /** An equity at or below it may be a deeper fall than any before. */
  troughLine = Infinity;
  /** An equity at or above it may be a new peak. */
  peakLine = -Infinity;
  readonly #limits: DayLimits;
  #margin = 0;
  #peak = 0;
  #deepest = 0;
  /** Peaks, then what fell deepest after them; in time order. */
  #waiting: Marks[] = [];
  #peaks = 0;
  #trough = Infinity;

  constructor(limits: DayLimits) {
    this.#limits = limits;
  }

  /** Starts anew after a step of the desk. With a ledger that has no sound equity every step has to be the desk's. */
  start(ledger: Ledger, held: number): void {
    this.#margin = (held + 4) * 2 ** -50;
    this.resume(ledger);
    const { day } = ledger;
    const dayStart = Number(day.startEquityQuote);
    const sound = Number(ledger.cashQuote) >= 0 && dayStart > 0 && this.#peak > 0;
    if (!sound) {
      this.haltLow = Infinity;
      this.haltHigh = -Infinity;
    } else if (day.halted) {
      this.haltLow = -Infinity;
      this.haltHigh = Infinity;
    } else {
      const low = dayStart * (1 - this.#limits.dailyLossLimitRatio);
      const high = dayStart * (1 + this.#limits.dailyTargetRatio);
      this.haltLow = low + this.#margin * Math.max(Math.abs(low), dayStart);
      this.haltHigh = high - this.#margin * Math.max(Math.abs(high), dayStart);
    }
  }

  /** Goes on after all that waited was marked. */
  resume(ledger: Ledger): void {
    this.#waiting = [];
    this.#peaks = 0;
    this.#trough = Infinity;
    this.#peak = Number(ledger.peakEquityQuote);
    this.#deepest = ledger.maxDrawdownRatio;
    this.#drawLines();
  }

  /**
   * Takes an equity that is beyond a line. True when all that waits, this step the last, has to be marked exactly now:
   * `take` it and `resume`.
   */
  note(equity: number, marks: Marks): boolean {
    if (equity >= this.peakLine) {
      // What waits may hold the deepest fall: one below the peak, or, before there was any to speak of, one that only
      // decimals tell from the peak.
      const matters = this.#trough < Infinity || this.#deepest < 4 * this.#margin;
      if (matters && this.#waiting.length > 0) {
        this.#waiting.push(marks);
        return true;
      }
      if (equity > this.#peak * (1 + this.#margin)) this.#waiting = [];
      this.#peak = Math.max(this.#peak, equity);
    } else {
      if (equity < this.#trough * (1 - this.#margin)) this.#waiting.length = this.#peaks;
      this.#trough = Math.min(this.#trough, equity);
    }
    this.#waiting.push(marks);
    if (this.#trough === Infinity) this.#peaks = this.#waiting.length;
    this.#drawLines();
    return this.#waiting.length >= MOST_WAITING;
  }

  /** What waits to be marked exactly, in time order. */
  get waiting(): readonly Marks[] {
    return this.#waiting;
  }

  #drawLines(): void {
    const margin = this.#margin;
    this.peakLine = this.#peak * (1 - margin);
    const fall = this.#peak * (1 - this.#deepest + 2 * margin);
    this.troughLine = this.#trough === Infinity ? fall : Math.min(fall, this.#trough * (1 + margin));
  }
}
