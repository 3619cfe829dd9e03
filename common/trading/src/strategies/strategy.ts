import type { Candle } from '../market/candle.js';
import type { CandleColumns } from '../market/candle-columns.js';
import type { OrderSide } from '../messages/envelope.js';
import type { ExitPlan } from './exit-plan.js';
import type { ParameterSpec, StrategyParameters } from './parameter-spec.js';
import type { SignalColumns } from './signal-columns.js';

export type { StrategyParameters };

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

/** A way to turn candles into signals: a built-in one, or what a YAML file of rules or members describes. */
export interface Strategy {
  /** The name in YAML (`kind`, or `name` when there is no `kind`). */
  readonly kind: string;
  /** One sentence for people. */
  readonly describe: string;
  /** The numbers that it takes, all of them and no other. */
  readonly parameters: readonly ParameterSpec[];
  /** Candles before a signal may come: the candle of number `warmup` (from 1) is the first that can give one. */
  warmup(parameters: StrategyParameters): number;
  /** @throws RangeError naming the parameter that is unknown, absent or out of range. */
  start(parameters: StrategyParameters): StrategyRun;
}
