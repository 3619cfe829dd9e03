import { runBacktest, type BacktestInput } from '../backtest/run-backtest.js';
import { columnsOfSeries, lengthOf, type BacktestSeries } from '../backtest/candle-steps.js';
import { parametersOf, withParameters } from '../strategies/registry.js';
import { splitHoldout } from './holdout.js';
import { compareFigures, figuresOf, type TrialFigures } from './objective.js';
import { runToEnd, searchSteps, type SearchProgress, type Trial } from './search.js';
import type { ParameterSet } from './search-space.js';

export interface OptimizeInput {
  /** The desk to try on; `strategy` holds the current parameters and the search space. */
  readonly backtest: Omit<BacktestInput, 'onProgress' | 'elapsedMs' | 'fromMs'>;
  readonly maxTrials: number;
  readonly seed: number | string;
  /** Share of the steps kept back to test on. */
  readonly holdoutRatio: number;
  /** Least candles of every symbol. */
  readonly minCandles: number;
}

/** Figures of both parameter sets on one part of the candles. */
export interface PartResult {
  readonly recommended: TrialFigures;
  readonly current: TrialFigures;
}

export interface OptimizeResult {
  readonly recommended: ParameterSet;
  readonly current: ParameterSet;
  /** In-sample: what the search saw. */
  readonly train: PartResult;
  /** Held back from the search. */
  readonly holdout: PartResult;
  /** Whether the recommended parameters do strictly better than the current ones on the holdout. */
  readonly beatsCurrent: boolean;
  /** Instant that parts the two: train opens before it. */
  readonly splitMs: number;
  /** All trials on the training part, best first. */
  readonly trials: readonly Trial[];
}

/**
 * Searches the strategy's space on the older candles and tests the winner and the current parameters on the newer ones,
 * indicators warmed by the older. The winner is recommended by its training figures alone; whether it holds is said by
 * `beatsCurrent`.
 *
 * @throws RangeError when a symbol has fewer than `minCandles`, or a part would be empty.
 */
export function optimizeStrategy(input: OptimizeInput): OptimizeResult {
  return runToEnd(optimizeSteps(input));
}

/** The same with its candles as columns, made once for all trials. */
export function withColumns(input: OptimizeInput): OptimizeInput {
  const series = input.backtest.series.map((one) => ({ symbol: one.symbol, columns: columnsOfSeries(one) }));
  return { ...input, backtest: { ...input.backtest, series } };
}

/** The same in steps, see `searchSteps`. */
export function* optimizeSteps(given: OptimizeInput): Generator<SearchProgress, OptimizeResult> {
  const input = withColumns(given);
  const { series, strategy } = input.backtest;
  assertEnough(series, input.minCandles);
  const { train, splitMs } = splitHoldout(series, input.holdoutRatio);
  const current = parametersOf(strategy);
  const onTrain = (set: ParameterSet): TrialFigures => evaluate(input, set, { series: train });
  const onHoldout = (set: ParameterSet): TrialFigures => evaluate(input, set, { fromMs: splitMs });
  const trials = yield* searchSteps({
    evaluate: onTrain,
    space: strategy.search_space,
    current,
    maxTrials: input.maxTrials,
    seed: input.seed,
  });
  const recommended = trials[0]?.parameters ?? current;
  const holdout = { recommended: onHoldout(recommended), current: onHoldout(current) };
  return {
    recommended,
    current,
    train: { recommended: trials[0]?.figures ?? onTrain(current), current: onTrain(current) },
    holdout,
    beatsCurrent: compareFigures(holdout.recommended, holdout.current) < 0,
    splitMs,
    trials,
  };
}

function evaluate(
  input: OptimizeInput,
  parameters: ParameterSet,
  part: { readonly series?: readonly BacktestSeries[]; readonly fromMs?: number },
): TrialFigures {
  const strategy = withParameters(input.backtest.strategy, parameters);
  return figuresOf(runBacktest({ ...input.backtest, ...part, strategy }));
}

function assertEnough(series: readonly BacktestSeries[], minCandles: number): void {
  for (const one of series) {
    if (lengthOf(one) < minCandles) {
      const found = String(lengthOf(one));
      throw new RangeError(`${one.symbol}: expected at least ${String(minCandles)} candles, was ${found}`);
    }
  }
}
