import type { Candle } from '../market/candle.js';
import type { CandleColumns } from '../market/candle-columns.js';
import type { OrderSide } from '../messages/envelope.js';
import type { ExitPlan } from './exit-plan.js';
import type { SignalColumns } from './signal-columns.js';

/** The tunable numbers of a strategy; thresholds are in the strategy's own score units (see its file). */
export interface StrategyParameters {
  /** Candles that the indicators look back; a whole number of at least 2. */
  lookback: number;
  entryThreshold: number;
  exitThreshold: number;
}

/** What a strategy wants after a candle; `confidence` is in [0, 1]. */
export interface StrategySignal {
  side: OrderSide;
  confidence: number;
  /** Of a buy: how the position is to be left. */
  exits?: ExitPlan;
}

/** One pass of a strategy over one symbol's candles. */
export interface StrategyRun {
  /**
   * Takes the next closed candle, in rising time order, and says what to do; undefined when there is nothing to do or the
   * indicators are not warm. Depends on the candles taken so far and nothing else; the same candles from the same
   * first one give the same bits. Signals are level-triggered: given on every candle whose condition holds.
   */
  onCandle(candle: Candle): StrategySignal | undefined;
  /**
   * Takes the candles `from` (inclusive) to `to` (exclusive) of `columns`, the next ones in their order, and writes the
   * signal of candle `from + i` to element `i` of `out`, which may be longer; bit for bit what `onCandle` gives for each in
   * turn, however the candles are cut into runs. A strategy that has no faster way leaves it out.
   */
  onColumns?(columns: CandleColumns, range: { from: number; to: number }, out: SignalColumns): void;
}

/** A built-in way to turn candles into signals. */
export interface Strategy {
  /** The name in YAML (`kind`, or `name` when there is no `kind`). */
  readonly kind: string;
  /** One sentence for people. */
  readonly describe: string;
  /** Candles before a signal may come: the candle of number `warmup` (from 1) is the first that can give one. */
  warmup(parameters: StrategyParameters): number;
  /** @throws RangeError naming the parameter when one is out of range. */
  start(parameters: StrategyParameters): StrategyRun;
}

/** @throws RangeError naming the parameter that is out of range. */
export function assertParameters(parameters: StrategyParameters): void {
  const { lookback, entryThreshold, exitThreshold } = parameters;
  if (!Number.isInteger(lookback) || lookback < 2) {
    throw new RangeError(`lookback: expected a whole number of at least 2, was ${String(lookback)}`);
  }
  if (!Number.isFinite(entryThreshold)) {
    throw new RangeError(`entryThreshold: expected a finite number, was ${String(entryThreshold)}`);
  }
  if (!Number.isFinite(exitThreshold)) {
    throw new RangeError(`exitThreshold: expected a finite number, was ${String(exitThreshold)}`);
  }
}
