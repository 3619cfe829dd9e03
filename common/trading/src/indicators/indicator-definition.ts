import type { Candle } from '../market/candle.js';
import type { CandleColumns } from '../market/candle-columns.js';

/** A tunable number of an indicator. */
export interface IndicatorParameter {
  /** lower_snake_case, the name in YAML. */
  readonly name: string;
  /** One sentence for people. */
  readonly describe: string;
  /** Only whole numbers are taken. */
  readonly whole: boolean;
  /** Least and greatest value taken, both included. */
  readonly min: number;
  readonly max: number;
  readonly default: number;
}

/** What an indicator of `input: 'value'` can be computed on: a column, or the mean of the named ones (`hlc3`: high, low, close). */
export type PriceField = 'open' | 'high' | 'low' | 'close' | 'volume' | 'hl2' | 'hlc3' | 'ohlc4';

/** Which rows a batch covers and where its results go: output `k` of row `i` to `out[k][i - from]`. */
export interface IndicatorTarget {
  /** First row, inclusive. */
  readonly from: number;
  /** Last row, exclusive. */
  readonly to: number;
  /** One array an output, each of at least `to - from` elements. */
  readonly out: readonly Float64Array[];
}

/** One pass of an indicator over one symbol's candles, in rising time. */
export interface IndicatorRun {
  /**
   * Takes the next candle; afterwards `values[k]` is output `k` there, NaN while not warm. `input` is the number that an
   * indicator of `input: 'value'` is computed on (others ignore it); one that is not finite is skipped: every output is
   * NaN there and nothing else changes, so that an indicator can follow another one's warm-up.
   */
  push(candle: Candle, input: number): void;
  /** The outputs at the last candle, in the order of the definition; overwritten by `push`, not touched by `over`. */
  readonly values: Float64Array;
  /**
   * Takes the rows [from, to) of the columns, the next ones in their order, and writes their outputs to `target`. `inputs`
   * is indexed like the columns; indicators of `input: 'candle'` ignore it. Goes on from earlier calls of this run, and
   * gives bit for bit what `push` gives for each row in turn, however the rows are cut into calls.
   */
  over(columns: CandleColumns, inputs: Float64Array, target: IndicatorTarget): void;
}

/** An indicator as the rule strategy and the documentation see it. */
export interface IndicatorDefinition {
  /** lower_snake_case, the name in YAML. */
  readonly name: string;
  /** One sentence for people. */
  readonly describe: string;
  /**
   * `value`: computed on one number a candle (a price field, by default the close, or another indicator's output);
   * `candle`: computed on the whole candle.
   */
  readonly input: 'value' | 'candle';
  readonly parameters: readonly IndicatorParameter[];
  /** Names of the outputs, the main one first; all of them are warm from the same candle on. */
  readonly outputs: readonly string[];
  /**
   * Candles until the first value: the one of number `warmup` (from 1) is the first that has one. Parameters that are
   * absent have their defaults. @throws RangeError as `start`.
   */
  warmup(parameters: Readonly<Record<string, number>>): number;
  /**
   * Begins a pass. Parameters that are absent have their defaults.
   *
   * @throws RangeError naming the parameter that is unknown or out of range.
   */
  start(parameters: Readonly<Record<string, number>>): IndicatorRun;
}
