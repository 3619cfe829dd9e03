import type {
  MarketsConfig,
  PortfolioManagerConfig,
  RiskManagerConfig,
  TradeExecutorConfig,
} from '../config/agent-configs.js';
import type { OrchestratorConfig } from '../config/orchestrator-config.js';
import type { StrategyConfig } from '../config/strategy-config.js';
import { fillRulesOf } from '../exchange/fill-rules.js';
import { toCandle } from '../market/candle.js';
import { getInstrument, instrumentsOf } from '../market/instrument.js';
import type { TimeframeName } from '../messages/envelope.js';
import { dayLimitsOf } from '../portfolio/decide-halt.js';
import { riskPolicyOf } from '../risk/risk-policy.js';
import { parametersOf, strategyOf } from '../strategies/registry.js';
import { assertSeries, candleSteps, lengthOf, type BacktestSeries } from './candle-steps.js';
import { Desk, type DeskRules } from './desk.js';
import { buildReport, type Report } from './report.js';

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
  /** Called now and then with the candles done and the candles in all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** A stopwatch in ms for the report's `wallMs`; without one it is 0. */
  readonly elapsedMs?: (() => number) | undefined;
}

const PROGRESS_EVERY_STEPS = 1000;

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
  const rules = rulesOf(input);
  for (const { symbol } of input.series) getInstrument(rules.instruments, symbol);
  const fromMs = input.fromMs ?? -Infinity;
  const { desk, endMs } = trade(input, rules, fromMs);
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

function trade(input: BacktestInput, rules: DeskRules, fromMs: number): { desk: Desk; endMs: number } {
  const strategy = strategyOf(input.strategy);
  const parameters = parametersOf(input.strategy);
  const runs = input.series.map(() => strategy.start(parameters));
  const total = input.series.reduce((sum, one) => sum + lengthOf(one), 0);
  let desk: Desk | undefined;
  let endMs = 0;
  let done = 0;
  let steps = 0;
  for (const step of candleSteps(input.series, input.timeframe)) {
    const warm = step.openTimeMs < fromMs;
    if (!warm) {
      desk ??= new Desk(rules, { equityQuote: input.startEquityQuote, atMs: step.openTimeMs });
      desk.open(step);
      endMs = step.closeTimeMs;
    }
    for (const { index, symbol, candle } of step.candles) {
      const signal = runs[index]?.onCandle(toCandle(candle));
      if (signal !== undefined) desk?.act({ ...signal, symbol, price: candle.close }, step.closeTimeMs);
    }
    done += step.candles.length;
    steps += 1;
    if (steps % PROGRESS_EVERY_STEPS === 0) input.onProgress?.(done, total);
  }
  if (desk === undefined) throw new RangeError(`expected candles to trade, was none of ${String(total)}`);
  input.onProgress?.(done, total);
  return { desk, endMs };
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
