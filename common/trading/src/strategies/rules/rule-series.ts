import { seriesOf } from '../../cel/cel-expression.js';
import { seriesKey } from '../../cel/parse-cel.js';
import type { IndicatorRun, PriceField } from '../../indicators/indicator-definition.js';
import type { CandleColumns } from '../../market/candle-columns.js';
import type { StrategyParameters } from '../parameter-spec.js';
import type { IndicatorSource } from './plan-indicators.js';
import { settingsOf, type RulesPlan } from './plan-rules.js';

type Column = 'open' | 'high' | 'low' | 'close' | 'volume';

interface StartedIndicator {
  readonly run: IndicatorRun;
  readonly source: IndicatorSource;
  /** Arrays of its outputs, from the run's first candle on. */
  readonly out: readonly Float64Array[];
}

/** The values that rules read, run by run of candles: the candles' own columns and the outputs of the indicators. */
export class RuleSeries {
  /** Element 0 is the candle before the run. */
  readonly #values = new Map<string, Float64Array>();
  readonly #columns: readonly Column[];
  readonly #indicators: readonly StartedIndicator[];
  readonly #scratch: Float64Array;
  #length = 0;

  /** @param capacity candles that `advance` takes at most. */
  constructor(plan: RulesPlan, { parameters, capacity }: { parameters: StrategyParameters; capacity: number }) {
    const array = (key: string): Float64Array => {
      const values = new Float64Array(capacity + 1).fill(Number.NaN);
      this.#values.set(key, values);
      return values;
    };
    this.#columns = columnsRead(plan);
    for (const column of this.#columns) array(column);
    this.#indicators = plan.indicators.map((indicator) => {
      const { name, definition, source } = indicator;
      const out = definition.outputs.map((output) => array(seriesKey(name, output)).subarray(1));
      return { run: definition.start(settingsOf(indicator, parameters)), source, out };
    });
    this.#scratch = new Float64Array(capacity);
  }

  /** The values of a column (`close`) or an output (`macd.signal`): element 0 is the candle before the run. */
  values(key: string): Float64Array {
    const values = this.#values.get(key);
    if (values === undefined) throw new RangeError(`series: expected one that the rules read, was ${key}`);
    return values;
  }

  /** Takes the next run of candles, all rows of `rows`. */
  advance(rows: CandleColumns): void {
    const last = this.#length;
    if (last > 0) for (const values of this.#values.values()) values[0] = values[last] ?? Number.NaN;
    this.#length = rows.length;
    for (const column of this.#columns) this.values(column).set(rows[column], 1);
    for (const { run, source, out } of this.#indicators) {
      run.over(rows, this.#input(source, rows), { from: 0, to: rows.length, out });
    }
  }

  #input(source: IndicatorSource, rows: CandleColumns): Float64Array {
    if ('key' in source) return this.values(source.key).subarray(1);
    const { field } = source;
    return isColumn(field) ? rows[field] : meansOf(rows, field, this.#scratch);
  }
}

function isColumn(field: PriceField): field is Column {
  return field !== 'hl2' && field !== 'hlc3' && field !== 'ohlc4';
}

function meansOf(rows: CandleColumns, field: 'hl2' | 'hlc3' | 'ohlc4', out: Float64Array): Float64Array {
  for (let row = 0; row < rows.length; row += 1) {
    const range = (rows.high[row] ?? 0) + (rows.low[row] ?? 0);
    const close = rows.close[row] ?? 0;
    if (field === 'hl2') out[row] = range / 2;
    else if (field === 'hlc3') out[row] = (range + close) / 3;
    else out[row] = ((rows.open[row] ?? 0) + range + close) / 4;
  }
  return out;
}

function columnsRead(plan: RulesPlan): readonly Column[] {
  const { entry, regime, exit, stop, takeProfit, trailing, confidence } = plan;
  const read = new Set<string>();
  for (const expression of [entry, regime, exit, stop, takeProfit, trailing, confidence]) {
    if (expression !== undefined) for (const key of seriesOf(expression).keys) read.add(key);
  }
  return (['open', 'high', 'low', 'close', 'volume'] as const).filter((column) => read.has(column));
}
