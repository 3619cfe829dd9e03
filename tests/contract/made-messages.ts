import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import type { Outgoing } from '@octant/platform/bus/message';
import {
  marketsConfig,
  portfolioManagerConfig,
  riskManagerConfig,
  tradeExecutorConfig,
} from '@octant/trading/config/agent-configs';
import { orchestratorConfig } from '@octant/trading/config/orchestrator-config';
import { strategyConfig } from '@octant/trading/config/strategy-config';
import type { DecimalCandle } from '@octant/trading/market/candle';
import { simulateCandles } from '@octant/trading/market/simulated-market';
import { dayLimitsOf } from '@octant/trading/portfolio/decide-halt';
import { closedCandles, formingCandles } from '../../agents/market-analyst/src/feeds/candles-message.js';
import { sessionSpecOf, startSession } from '../../agents/orchestrator/src/desk/open-session.js';
import { MemoryAgents } from '../../agents/orchestrator/src/testing/memory-agents.js';
import { MemoryDesk } from '../../agents/orchestrator/src/testing/memory-desk.js';
import { announcementOf } from '../../agents/parameter-optimizer/src/jobs/announce.js';
import type { Job } from '../../agents/parameter-optimizer/src/jobs/job.js';
import { effectsOf } from '../../agents/risk-manager/src/verdict-effects.js';
import {
  acknowledgedMessages,
  endedMessages,
  exitsEndedMessage,
  filledMessages,
  progressMessage,
} from '../../agents/trade-executor/src/account/order-messages.js';

/** A message that an agent's own code has made. */
export interface Made {
  readonly agent: string;
  readonly message: Outgoing;
}

const ts = '2024-01-01T01:00:00.000Z';
const traceId = 'a'.repeat(32);
const openTimeMs = Date.UTC(2024, 0, 1);
const requestId = 's1.BTC-USDT.1704070800000';

/** Messages of each agent that makes some without a stream or a database, many kinds of them. */
export async function madeMessages(): Promise<readonly Made[]> {
  const by = (agent: string, messages: readonly Outgoing[]) => messages.map((message) => ({ agent, message }));
  return [
    ...by('market-analyst', ofTheAnalyst()),
    ...by('trade-executor', ofTheExecutor()),
    ...by('risk-manager', ofRisk()),
    ...by('parameter-optimizer', ofTheOptimizer()),
    ...by('orchestrator', await ofTheOrchestrator()),
  ];
}

function ofTheAnalyst(): readonly Outgoing[] {
  const candle = { openTimeMs, open: '1', high: '2', low: '1', close: '2', volume: '3' };
  const step = {
    source: 'kraken_spot',
    sessionId: undefined,
    timeframe: '1h' as const,
    openTimeMs,
    candles: [{ symbol: 'BTC-USDT', candle }],
    simulated: false,
  };
  return [
    closedCandles({ ...step, sessionId: 's1', last: true }, ts),
    closedCandles(step, ts),
    formingCandles(step, ts),
  ];
}

function ofTheExecutor(): readonly Outgoing[] {
  const stamp = { exchange: 'paper', ts };
  const order = {
    orderId: `${requestId}.0`,
    symbol: 'BTC-USDT',
    side: 'sell' as const,
    qty: '1',
    requestId,
    sessionId: 's1',
    traceId,
    referencePrice: '100',
    notBeforeMs: openTimeMs,
  };
  const fill = {
    type: 'fill' as const,
    orderId: order.orderId,
    symbol: order.symbol,
    side: order.side,
    qty: '1',
    price: '100',
    notional: '100',
    feeQuote: '0.1',
    profit: '5',
    cash: '1000',
    position: { qty: '0', costQuote: '0' },
    atMs: openTimeMs,
    fillId: `${order.orderId}.f1`,
    fillSeq: 1,
    fillNumber: 1,
    orderQty: '1',
    filledQty: '1',
    complete: true,
  };
  const ends = (['denied', 'rejected', 'canceled'] as const).flatMap((state) =>
    endedMessages(order, { state, reason: 'why', atMs: openTimeMs }, stamp),
  );
  const halt = progressMessage({ type: 'halt', haltVersion: 1, ts, traceId }, 'command:halt:1');
  return [
    ...acknowledgedMessages(order, stamp),
    ...filledMessages(order, fill, stamp),
    ...ends,
    exitsEndedMessage(order, 'why', stamp),
    halt,
  ];
}

function ofRisk(): readonly Outgoing[] {
  const question = {
    requestId,
    symbol: 'BTC-USDT',
    side: 'buy' as const,
    confidence: 1,
    qty: '1',
    price: '100',
    atMs: openTimeMs,
  };
  const verdict = { riskScore: 1, haltVersion: 0 };
  return [
    ...effectsOf({ question, verdict: { ...verdict, ok: true }, traceId, ts }),
    ...effectsOf({ question, verdict: { ...verdict, ok: false, code: 'max_order', reason: 'why' }, traceId, ts }),
  ];
}

function ofTheOptimizer(): readonly Outgoing[] {
  const figures = {
    candles: 900,
    trades: 12,
    winRate: 0.5,
    profitFactor: 1.2,
    sharpe: null,
    maxDD: 0.031,
    returnRatio: 0.042,
    feesQuote: '3.1',
  };
  const comparison = { fromMs: 0, toMs: openTimeMs, recommended: figures, current: figures };
  const set = { lookback: 20, entry_threshold: 1, exit_threshold: 0 };
  const job: Job = {
    jobId: 'opt-1',
    requestId: 'r',
    traceId,
    strategy: 'momentum',
    symbols: ['BTC-USDT'],
    source: 'replay',
    timeframe: '1h',
    window: undefined,
    reason: 'drawdown',
    status: 'done',
    trialsDone: 60,
    trialsTotal: 60,
    attempts: 1,
    outcome: { recommended: set, current: set, trials: 60, better: true, search: comparison, holdout: comparison },
    failure: undefined,
    createdAt: ts,
    startedAt: ts,
    finishedAt: ts,
  };
  return [...announcementOf(job, ts), ...announcementOf({ ...job, outcome: undefined, failure: 'why' }, ts)];
}

const yaml = (file: string): unknown => load(readFileSync(new URL(`../../config/${file}`, import.meta.url), 'utf8'));

function simulated(count: number): DecimalCandle[] {
  const market = simulateCandles({ seed: 3, symbol: 'BTC-USDT', timeframe: '1h', startMs: openTimeMs });
  return Array.from({ length: count }, () => market.next().value);
}

/** A session over some days in memory, with halts: all that the cycle publishes. */
async function ofTheOrchestrator(): Promise<readonly Outgoing[]> {
  const desk = orchestratorConfig.parse({ start_equity: 1500, daily_target_pct: 0.3 });
  const strategy = strategyConfig.parse({ ...(yaml('strategies/momentum.yaml') as object), lookback: 20 });
  const markets = marketsConfig.parse(yaml('markets.yaml'));
  const risk = riskManagerConfig.parse(yaml('agents/risk-manager.yaml'));
  const agents = new MemoryAgents({
    series: [{ symbol: 'BTC-USDT', candles: simulated(200) }],
    timeframe: '1h',
    strategy,
    markets,
    orchestrator: desk,
    risk,
    portfolio: portfolioManagerConfig.parse({}),
    executor: tradeExecutorConfig.parse({}),
    startEquityQuote: '1500',
  });
  const settings = {
    desk,
    markets: markets.markets.map(({ symbol }) => symbol),
    strategies: new Map([[strategy.name, strategy]]),
    datasources: new Map([['replay', 'replay']]),
    ...dayLimitsOf({ daily_target_pct: desk.daily_target_pct, max_daily_loss_pct: risk.limits.max_daily_loss_pct }),
  };
  const memory = new MemoryDesk({ settings, agents, raceSeed: 1, answer: (message) => agents.answer(message, 's1') });
  const request = { mode: 'pubsub' as const, strategy: strategy.name, source: 'replay', symbols: ['BTC-USDT'] };
  await memory.apply(
    await memory.desk.turn((turn) => {
      const spec = sessionSpecOf({ ...request, timeframe: '1h' }, { sessionId: 's1', settings, nowMs: memory.nowMs });
      startSession(turn, spec, { traceId, actor: 'test' });
    }),
  );
  await memory.run();
  // The other agents of this desk are doubles: what they publish says nothing about the real ones.
  const own = new Set(['orchestrator.commands', 'risk.requests', 'exec.orders', 'notify.events', 'audit.events']);
  return memory.published.filter(({ stream }) => own.has(stream));
}
