import type { FinerUse } from '@octant/trading/backtest/finer-candles';
import type { Report } from '@octant/trading/backtest/report';
import { runBacktest } from '@octant/trading/backtest/run-backtest';
import { fillRulesOf } from '@octant/trading/exchange/fill-rules';
import { timeframeMs } from '@octant/trading/market/timeframe';
import { profileStatistics, type StatisticsProfile } from '@octant/trading/statistics/profile-statistics';
import { roundTrips, type RoundTrip } from '@octant/trading/statistics/round-trips';
import { buyAndHold } from './buy-and-hold.js';
import { equityCourse, type EquityCourse } from './equity-course.js';
import type { BacktestPlan, FileFacts } from './plan-backtest.js';
import { tradingCosts, type TradingCosts } from './trading-costs.js';

/** A backtest that was run, with what is told about it beside the report. */
export interface BacktestOutcome {
  readonly title: string;
  readonly report: Report;
  readonly files: readonly FileFacts[];
  readonly costs: TradingCosts;
  readonly benchmark: { readonly finalEquityQuote: number; readonly returnRatio: number; readonly feesQuote: number };
  readonly timeInMarket: number;
  /** How often shorter candles were looked at, where some were given. */
  readonly finerUse?: FinerUse;
}

/** The outcome with what the HTML report draws. */
export interface DetailedOutcome extends BacktestOutcome {
  readonly course: EquityCourse;
  readonly trips: readonly RoundTrip[];
}

export interface ExecuteOptions {
  readonly profile: StatisticsProfile;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Runs the plan and works out costs, benchmark and course. `wallMs` is the time of the run alone. */
export function executeBacktest(plan: BacktestPlan, options: ExecuteOptions): DetailedOutcome {
  const { input, files } = plan;
  const startedAt = performance.now();
  let finerUse: FinerUse | undefined;
  const plain = runBacktest({
    ...input,
    onFinerUse: (use) => {
      if (input.finer !== undefined) finerUse = use;
    },
    onProgress: options.onProgress,
    elapsedMs: () => Math.round(performance.now() - startedAt),
  });
  const trips = roundTrips(plain.trades);
  const report = withProfile(plain, { profile: options.profile, trips });
  const candleMs = timeframeMs(input.timeframe);
  const { takerFeesBps: feesBps, slippage } = fillRulesOf(input.executor.paper);
  const slippageBps = slippage.bps;
  const { series } = input;
  const benchmark = buyAndHold({ series, candleMs, startEquity: Number(input.startEquityQuote), feesBps, slippageBps });
  const course = equityCourse(report, { series, candleMs, benchmark });
  const { finalEquityQuote, returnRatio, feesQuote } = benchmark;
  return {
    title: `Backtest of ${series.map(({ symbol }) => symbol).join(' ')} ${input.timeframe}, ${input.strategy.name}`,
    report,
    files,
    costs: tradingCosts(report, { series: [...series, ...(input.finer ?? [])], slippageBps }),
    benchmark: { finalEquityQuote, returnRatio, feesQuote },
    timeInMarket: course.timeInMarket,
    ...(finerUse === undefined ? {} : { finerUse }),
    course,
    trips,
  };
}

function withProfile(
  report: Report,
  { profile, trips }: { profile: StatisticsProfile; trips: readonly RoundTrip[] },
): Report {
  if (profile === 'octant') return report;
  const equity = report.equity.map(([atMs, quote]): [number, number] => [atMs, Number(quote)]);
  const input = {
    equity,
    trades: trips.map(({ pnlQuote }) => Number(pnlQuote)),
    maxDrawdownRatio: report.maxDrawdownRatio,
  };
  return { ...report, statistics: profileStatistics(input, profile) };
}
