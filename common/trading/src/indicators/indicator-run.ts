import type { Candle } from '../market/candle.js';
import type { CandleColumns } from '../market/candle-columns.js';
import type { ManyOutputs, OneOutput } from './indicator.js';
import type { IndicatorRun } from './indicator-definition.js';

/** An indicator on one number a candle as a run. */
export function valueRun(indicator: OneOutput<number, Float64Array> | ManyOutputs<number, Float64Array>): IndicatorRun {
  const over: IndicatorRun['over'] = (_columns, inputs, target) => indicator.over(inputs, target);
  if ('values' in indicator) {
    return { values: indicator.values, push: (_candle, input) => indicator.push(input), over };
  }
  const values = new Float64Array(1).fill(Number.NaN);
  return {
    values,
    push: (_candle, input) => {
      values[0] = indicator.push(input);
    },
    over,
  };
}

/** An indicator on whole candles as a run. */
export function candleRun(
  indicator: OneOutput<Candle, CandleColumns> | ManyOutputs<Candle, CandleColumns>,
): IndicatorRun {
  const over: IndicatorRun['over'] = (columns, _inputs, target) => indicator.over(columns, target);
  if ('values' in indicator) return { values: indicator.values, push: (candle) => indicator.push(candle), over };
  const values = new Float64Array(1).fill(Number.NaN);
  return {
    values,
    push: (candle) => {
      values[0] = indicator.push(candle);
    },
    over,
  };
}
