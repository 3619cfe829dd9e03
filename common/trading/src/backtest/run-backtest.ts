import type {
  MarketsConfig,
  PortfolioManagerConfig,
  RiskManagerConfig,
  TradeExecutorConfig,
} from '../config/agent-configs.js';
import type { OrchestratorConfig } from '../config/orchestrator-config.js';
import type { StrategyConfig } from '../config/strategy-config.js';
import { fillRulesOf } from '../exchange/fill-rules.js';
import { getInstrument, instrumentsOf } from '../market/instrument.js';
import type { TimeframeName } from '../messages/envelope.js';
import { dayLimitsOf } from '../portfolio/decide-halt.js';
import { riskPolicyOf } from '../risk/risk-policy.js';
import { parametersOf, strategyOf } from '../strategies/registry.js';
import { assertSeries, columnsOfSeries, lengthOf, type BacktestSeries } from './candle-steps.js';
import { Desk, type DeskRules } from './desk.js';
import type { FinerUse } from './finer-candles.js';
import { buildReport, type Report } from './report.js';
import { tradeColumns, type TradeInput } from './trade-columns.js';

export interface BacktestInput {
  /** In the session's order of symbols; candles (or columns) in rising time, checked. */
  readonly series: readonly BacktestSeries[];
  readonly timeframe: TimeframeName;
  readonly strategy: StrategyConfig;
  readonly markets: MarketsConfig;
  readonly orchestrator: Pick<OrchestratorConfig, 'daily_target_pct'>;
  readonly risk: RiskManagerConfig;
  readonly portfolio: PortfolioManagerConfig;
  readonly executor: TradeExecutorConfig;
  readonly startEquityQuote: string;
  /** Candles that open before it only warm the indicators; default: the first candle trades. */
  readonly fromMs?: number | undefined;
  /**
   * Candles of a shorter timeframe, by symbol: where they are there and agree with a candle, orders and exits meet them one
   * after the other, instead of the candle as a whole with the worst first.
   */
  readonly finer?: readonly BacktestSeries[] | undefined;
  /** Called at the end with how often they were used. */
  readonly onFinerUse?: ((use: FinerUse) => void) | undefined;
  /** Called now and then with the candles done and the candles in all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** A stopwatch in ms for the report's `wallMs`; without one it is 0. */
  readonly elapsedMs?: (() => number) | undefined;
}

/**
 * Trades a strategy over candles with the functions that the agents use, in the order of the desk's step: open orders
 * fill at the opens, equity is marked at the closes, the day rolls, halts are decided, then signals and per symbol size,
 * risk and order. An order of the last step stays open.
 *
 * @throws RangeError when there is no candle to trade, a series is out of order, or a parameter is out of range.
 * @throws UnknownSymbolError when a symbol is not in `markets`.
 */
export function runBacktest(input: BacktestInput): Report {
  assertSeries(input.series);
  assertSeries(input.finer ?? []);
  const instruments = instrumentsOf(input.markets);
  for (const { symbol } of input.series) getInstrument(instruments, symbol);
  const { desk, endMs, finerUse } = tradeColumns(tradeInputOf(input));
  if (desk === undefined) {
    const total = input.series.reduce((sum, one) => sum + lengthOf(one), 0);
    throw new RangeError(`expected candles to trade, was none of ${String(total)}`);
  }
  input.onFinerUse?.(finerUse);
  return buildReport({
    sessionId: Desk.SESSION_ID,
    counters: desk.counters,
    fills: desk.fills,
    closedDays: desk.closedDays,
    ledger: desk.ledger,
    endMs,
    dlq: {},
    duplicates: 0,
    duplicatesSuppressed: 0,
    wallMs: input.elapsedMs?.() ?? 0,
  });
}

/** What the desk trades by, from an input that has been checked. */
export function tradeInputOf(input: BacktestInput): TradeInput {
  const strategy = strategyOf(input.strategy);
  const parameters = parametersOf(input.strategy);
  const total = input.series.reduce((sum, one) => sum + lengthOf(one), 0);
  const { timeframe, startEquityQuote, fromMs = -Infinity, onProgress } = input;
  return {
    series: input.series.map((one) => ({ symbol: one.symbol, columns: columnsOfSeries(one) })),
    runs: input.series.map(() => strategy.start(parameters)),
    finer: new Map((input.finer ?? []).map((one) => [one.symbol, columnsOfSeries(one)])),
    timeframe,
    rules: rulesOf(input),
    startEquityQuote,
    fromMs,
    onProgress: onProgress === undefined ? undefined : (done) => onProgress(done, total),
  };
}

function rulesOf(input: BacktestInput): DeskRules {
  return {
    timeframe: input.timeframe,
    instruments: instrumentsOf(input.markets),
    dayLimits: dayLimitsOf({
      daily_target_pct: input.orchestrator.daily_target_pct,
      max_daily_loss_pct: input.risk.limits.max_daily_loss_pct,
    }),
    riskPolicy: riskPolicyOf(input.risk),
    riskProfile: input.strategy.risk_profile,
    cashBufferRatio: input.portfolio.sizing.cash_buffer_pct / 100,
    fills: fillRulesOf(input.executor.paper),
  };
}
