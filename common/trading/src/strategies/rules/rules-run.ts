import type { CelNumber } from '../../cel/cel-expression.js';
import { TRUE } from '../../cel/vector-operations.js';
import { VectorProgram } from '../../cel/vector-program.js';
import type { Candle } from '../../market/candle.js';
import { rowsOf, type CandleColumns } from '../../market/candle-columns.js';
import { CONFIDENCE_AT_ENTRY } from '../confidence.js';
import type { ExitPlan } from '../exit-plan.js';
import type { StrategyParameters } from '../parameter-spec.js';
import { OneCandle } from '../one-candle.js';
import type { SignalColumns } from '../signal-columns.js';
import type { StrategyRun, StrategySignal } from '../strategy.js';
import { warmupOf, type RulesPlan } from './plan-rules.js';
import { RuleSeries } from './rule-series.js';

/** Candles that are computed at once: few enough that all arrays stay in the processor's cache. */
const RUN_CANDLES = 256;

/** Rows [start, end) of the columns; their signals go to `offset` and on. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly offset: number;
}

/**
 * One pass of a rule strategy. Indicators, conditions and prices are computed for a run of candles at once; a candle alone
 * is a run of one, so that both give the same bits.
 */
export class RulesRun implements StrategyRun {
  readonly #series: RuleSeries;
  readonly #conditions: VectorProgram;
  /** Computed only for runs of candles in which there is an entry. */
  readonly #prices: VectorProgram;
  readonly #entry: Uint8Array;
  readonly #regime: Uint8Array;
  readonly #exit: Uint8Array;
  readonly #exits: ExitArrays;
  readonly #hasExits: boolean;
  readonly #confidence: Float64Array;
  readonly #one = new OneCandle();
  /** Candles that are still to come before the first that may give a signal. */
  #cold: number;

  constructor(plan: RulesPlan, parameters: StrategyParameters) {
    const parameter = (name: string): number => parameters[name] ?? Number.NaN;
    this.#series = new RuleSeries(plan, { parameters, capacity: RUN_CANDLES });
    const sources = { series: (key: string) => this.#series.values(key), parameter };
    this.#conditions = new VectorProgram(sources, RUN_CANDLES);
    this.#prices = new VectorProgram(sources, RUN_CANDLES);
    this.#entry = this.#conditions.condition(plan.entry);
    this.#regime = this.#conditions.condition(plan.regime ?? { kind: 'truth', value: true });
    this.#exit = this.#conditions.condition(plan.exit ?? { kind: 'truth', value: false });
    const price = (expression: CelNumber | undefined) =>
      expression === undefined ? undefined : this.#prices.number(expression);
    const { maxCandles } = plan;
    this.#exits = {
      stop: price(plan.stop),
      takeProfit: price(plan.takeProfit),
      trailing: price(plan.trailing),
      maxCandles: typeof maxCandles === 'string' ? parameter(maxCandles) : maxCandles,
    };
    this.#hasExits = Object.values(this.#exits).some((one) => one !== undefined);
    this.#confidence = this.#prices.number(plan.confidence ?? { kind: 'constant', value: CONFIDENCE_AT_ENTRY });
    this.#cold = warmupOf(plan, parameters) - 1;
  }

  onCandle(candle: Candle): StrategySignal | undefined {
    return this.#one.signal(this, candle);
  }

  onColumns(columns: CandleColumns, { from, to }: { from: number; to: number }, out: SignalColumns): void {
    if (out.exits.size > 0) out.exits.clear();
    for (let start = from; start < to; start += RUN_CANDLES) {
      this.#stretch(columns, { start, end: Math.min(start + RUN_CANDLES, to), offset: start - from }, out);
    }
  }

  #stretch(columns: CandleColumns, { start, end, offset }: Stretch, out: SignalColumns): void {
    const length = end - start;
    const rows = rowsOf(columns, start, end);
    this.#series.advance(rows);
    this.#conditions.run(length);
    const cold = Math.min(this.#cold, length);
    this.#cold -= cold;
    out.side.fill(0, offset, offset + cold);
    out.confidence.fill(0, offset, offset + cold);
    if (!this.#decide({ from: cold, to: length, offset }, out)) return;
    this.#prices.run(length);
    for (let row = cold; row < length; row += 1) {
      if (out.side[offset + row] === 1) this.#enter(row, { offset, close: rows.close[row] ?? Number.NaN }, out);
    }
  }

  /** Writes the sides; whether there is an entry among them. */
  #decide(
    { from, to, offset }: { from: number; to: number; offset: number },
    { side, confidence }: SignalColumns,
  ): boolean {
    const entry = this.#entry;
    const regime = this.#regime;
    const exit = this.#exit;
    let entries = false;
    for (let row = from; row < to; row += 1) {
      const sells = exit[row] === TRUE;
      const buys = !sells && entry[row] === TRUE && regime[row] === TRUE;
      side[offset + row] = buys ? 1 : sells ? -1 : 0;
      confidence[offset + row] = sells ? 1 : 0;
      entries ||= buys;
    }
    return entries;
  }

  /** Adds what an entry needs; without it there is no entry. */
  #enter(row: number, { offset, close }: { offset: number; close: number }, out: SignalColumns): void {
    const at = offset + row;
    const confidence = this.#confidence[row] ?? Number.NaN;
    const plan = exitsAt(this.#exits, row, close);
    if (plan === undefined || Number.isNaN(confidence)) {
      out.side[at] = 0;
      return;
    }
    out.confidence[at] = Math.min(1, Math.max(0, confidence));
    if (this.#hasExits) out.exits.set(at, plan);
  }
}

interface ExitArrays {
  readonly stop: Float64Array | undefined;
  readonly takeProfit: Float64Array | undefined;
  readonly trailing: Float64Array | undefined;
  readonly maxCandles: number | undefined;
}

/** The exits of an entry at that close; undefined when one of them makes no sense: nobody may enter without it. */
function exitsAt(exits: ExitArrays, row: number, close: number): ExitPlan | undefined {
  const stopPrice = exits.stop?.[row];
  const takeProfitPrice = exits.takeProfit?.[row];
  const trailingDistance = exits.trailing?.[row];
  if (isOutside(stopPrice, 0, close) || isOutside(takeProfitPrice, close, Infinity)) return undefined;
  if (isOutside(trailingDistance, 0, Infinity)) return undefined;
  const plan: { -readonly [Key in keyof ExitPlan]: ExitPlan[Key] } = {};
  if (stopPrice !== undefined) plan.stopPrice = stopPrice;
  if (takeProfitPrice !== undefined) plan.takeProfitPrice = takeProfitPrice;
  if (trailingDistance !== undefined) plan.trailingDistance = trailingDistance;
  if (exits.maxCandles !== undefined) plan.maxCandles = exits.maxCandles;
  return plan;
}

/** There, and not between the two, both excluded; NaN is outside. */
function isOutside(value: number | undefined, above: number, below: number): boolean {
  return value !== undefined && !(value > above && value < below);
}
