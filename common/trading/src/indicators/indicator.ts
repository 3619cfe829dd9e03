import type { CandleColumns } from '../market/candle-columns.js';
import type { IndicatorTarget } from './indicator-definition.js';

/** A value computed from a growing series, one value at a time. */
export interface Indicator {
  /** Takes the next value and gives the indicator there; NaN while it is not warm or undefined. */
  push(value: number): number;
}

/**
 * An indicator with one output, in its two forms: `push` takes the next `Input` (a number, or a candle) and gives the
 * output there; `over` does the same for rows of a `Source` (a series, or candle columns) and goes on from what was taken
 * before. Both give the same bits. NaN while it is not warm.
 */
export interface OneOutput<Input, Source> {
  push(input: Input): number;
  over(source: Source, target: IndicatorTarget): void;
}

/** As `OneOutput` with several outputs: `push` leaves them in `values`, NaN while the indicator is not warm. */
export interface ManyOutputs<Input, Source> {
  readonly values: Float64Array;
  push(input: Input): void;
  over(source: Source, target: IndicatorTarget): void;
}

/** An indicator on one number a candle. A number that is not finite is skipped: NaN there, and no trace of it later. */
export type ValueIndicator = OneOutput<number, Float64Array>;

/** Middle line and channel around it, as long as the series; NaN where there is no value. */
export interface Bands {
  readonly middle: Float64Array;
  readonly upper: Float64Array;
  readonly lower: Float64Array;
}

/** Runs an indicator over a whole series: same length, NaN where the indicator has no value. */
export function overSeries(indicator: ValueIndicator, values: Float64Array): Float64Array {
  const results = new Float64Array(values.length);
  indicator.over(values, { from: 0, to: values.length, out: [results] });
  return results;
}

/** Runs an indicator over all candles of the columns: same length, NaN where the indicator has no value. */
export function overCandles<Input>(indicator: OneOutput<Input, CandleColumns>, columns: CandleColumns): Float64Array {
  const results = new Float64Array(columns.length);
  indicator.over(columns, { from: 0, to: columns.length, out: [results] });
  return results;
}

/** Runs an indicator of three bands over a whole source of `length` rows. */
export function overBands<Source>(
  indicator: { over(source: Source, target: IndicatorTarget): void },
  source: Source,
  length: number,
): Bands {
  const bands = {
    middle: new Float64Array(length),
    upper: new Float64Array(length),
    lower: new Float64Array(length),
  };
  indicator.over(source, { from: 0, to: length, out: [bands.middle, bands.upper, bands.lower] });
  return bands;
}

/**
 * The array that output `index` of a batch goes to.
 *
 * @throws RangeError when it is not there or has fewer elements than the batch has rows.
 */
export function outputOf(target: IndicatorTarget, index: number): Float64Array {
  const out = target.out[index];
  const rows = target.to - target.from;
  if (out === undefined || out.length < rows) {
    const was = out === undefined ? 'none' : `${out.length}`;
    throw new RangeError(`out: expected at least ${rows} elements for output ${index}, was ${was}`);
  }
  return out;
}
