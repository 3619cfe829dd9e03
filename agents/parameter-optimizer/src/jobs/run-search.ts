import { runBacktest } from '@octant/trading/backtest/run-backtest';
import type { BacktestSeries } from '@octant/trading/backtest/candle-steps';
import type { Report } from '@octant/trading/backtest/report';
import { timeframeMs } from '@octant/trading/market/timeframe';
import { openTimesOf, splitHoldout } from '@octant/trading/optimize/holdout';
import { optimizeSteps, withColumns, type OptimizeInput } from '@octant/trading/optimize/optimize-strategy';
import type { ParameterSet } from '@octant/trading/optimize/search-space';
import { withParameters } from '@octant/trading/strategies/registry';
import type { Comparison, Figures, Outcome } from './job.js';

/**
 * The whole search: every trial on the older candles, then winner and current parameters on both parts.
 * @param onProgress called after each trial.
 * @throws RangeError when there are too few candles.
 */
export function runSearch(given: OptimizeInput, onProgress: (done: number, total: number) => void): Outcome {
  const input = withColumns(given);
  const steps = optimizeSteps(input);
  for (;;) {
    const step = steps.next();
    if (step.done !== true) {
      onProgress(step.value.done, step.value.total);
      continue;
    }
    const { recommended, current, beatsCurrent, trials } = step.value;
    return {
      recommended,
      current,
      trials: trials.length,
      better: beatsCurrent,
      ...compare(input, recommended, current),
    };
  }
}

function compare(input: OptimizeInput, recommended: ParameterSet, current: ParameterSet) {
  const { series, timeframe } = input.backtest;
  const { train, splitMs } = splitHoldout(series, input.holdoutRatio);
  const opens = series.flatMap(openTimesOf);
  const firstMs = opens.reduce((least, openTimeMs) => Math.min(least, openTimeMs), Number.MAX_SAFE_INTEGER);
  const lastMs = opens.reduce((most, openTimeMs) => Math.max(most, openTimeMs), 0);
  const part = (
    candles: readonly BacktestSeries[],
    fromMs: number | undefined,
  ): Omit<Comparison, 'fromMs' | 'toMs'> => {
    const run = (set: ParameterSet) =>
      figuresOf(
        runBacktest({
          ...input.backtest,
          strategy: withParameters(input.backtest.strategy, set),
          series: candles,
          fromMs,
        }),
      );
    return { recommended: run(recommended), current: run(current) };
  };
  return {
    search: { fromMs: firstMs, toMs: splitMs, ...part(train, undefined) },
    holdout: { fromMs: splitMs, toMs: lastMs + timeframeMs(timeframe), ...part(series, splitMs) },
  };
}

function figuresOf(report: Report): Figures {
  const { statistics } = report;
  return {
    candles: report.candles,
    trades: statistics.expectancy.n,
    winRate: statistics.winRate.value,
    profitFactor: statistics.profitFactor.value,
    sharpe: statistics.sharpe.value,
    maxDD: report.maxDrawdownRatio,
    returnRatio: Number(report.finalEquityQuote) / Number(report.startEquityQuote) - 1,
    feesQuote: report.feesQuote,
  };
}
