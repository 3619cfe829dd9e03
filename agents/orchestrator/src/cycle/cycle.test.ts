import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { runBacktest, type BacktestInput } from '@octant/trading/backtest/run-backtest';
import {
  marketsConfig,
  portfolioManagerConfig,
  riskManagerConfig,
  tradeExecutorConfig,
} from '@octant/trading/config/agent-configs';
import { orchestratorConfig, type OrchestrationMode } from '@octant/trading/config/orchestrator-config';
import { strategyConfig } from '@octant/trading/config/strategy-config';
import { seededRandom } from '@octant/trading/market/random';
import { simulateCandles } from '@octant/trading/market/simulated-market';
import type { DecimalCandle } from '@octant/trading/market/candle';
import { dayLimitsOf } from '@octant/trading/portfolio/decide-halt';
import { TransientError } from '@octant/platform/errors/errors';
import type { AgentsPort } from '../adapters/agents-port.js';
import type { OrchestratorSettings } from '../config.js';
import type { Desk } from '../desk/desk-state.js';
import { openSession, type Session } from '../desk/session-state.js';
import { sessionSpecOf, startSession } from '../desk/open-session.js';
import { MemoryAgents } from '../testing/memory-agents.js';
import { MemoryDesk } from '../testing/memory-desk.js';

const yaml = (file: string): unknown =>
  load(readFileSync(new URL(`../../../../config/${file}`, import.meta.url), 'utf8'));

function candlesOf(
  symbol: string,
  { seed, count, skipEvery = 0 }: { seed: number; count: number; skipEvery?: number },
): DecimalCandle[] {
  const candles: DecimalCandle[] = [];
  const market = simulateCandles({ seed, symbol, timeframe: '1h', startMs: Date.UTC(2024, 0, 1, 5) });
  for (const candle of market) {
    if (candles.length === count) break;
    candles.push(candle);
  }
  return candles.filter((_, index) => skipEvery === 0 || index % skipEvery !== skipEvery - 1);
}

interface Overrides {
  readonly dailyTargetPct?: number;
  readonly startEquity?: string;
  readonly paper?: Readonly<Record<string, unknown>>;
}

/** Enters often, and leaves by whichever exit comes first. */
const JUMPY = {
  name: 'jumpy',
  kind: 'rules',
  symbols: ['BTC-USDT', 'ETH-USDT'],
  risk_profile: 'aggressive',
  indicators: {
    fast: { type: 'ema', window: 3 },
    slow: { type: 'ema', window: 8 },
    atr: { type: 'atr', window: 5 },
  },
  entry: 'fast > slow',
  exit: 'close < slow - 2 * atr',
  stop: 'close - 1.1 * atr',
  take_profit: 'close + 1.3 * atr',
  trailing: '1.4 * atr',
  time_stop_candles: 6,
  confidence: '1',
};

function strategyFile(strategy: string): unknown {
  if (strategy === 'jumpy') return JUMPY;
  return { ...(yaml(`strategies/${strategy}.yaml`) as object), lookback: 20, risk_profile: 'aggressive' };
}

function inputOf(strategy: string, overrides: Overrides = {}): BacktestInput {
  return {
    series: [
      { symbol: 'BTC-USDT', candles: candlesOf('BTC-USDT', { seed: 3, count: 400 }) },
      { symbol: 'ETH-USDT', candles: candlesOf('ETH-USDT', { seed: 4, count: 400, skipEvery: 37 }) },
    ],
    timeframe: '1h',
    strategy: strategyConfig.parse(strategyFile(strategy)),
    markets: marketsConfig.parse(yaml('markets.yaml')),
    orchestrator: { daily_target_pct: overrides.dailyTargetPct ?? 1 },
    risk: riskManagerConfig.parse(yaml('agents/risk-manager.yaml')),
    portfolio: portfolioManagerConfig.parse({}),
    executor: tradeExecutorConfig.parse({ paper: overrides.paper ?? {} }),
    startEquityQuote: overrides.startEquity ?? '1500',
  };
}

function settingsOf(input: BacktestInput): OrchestratorSettings {
  return {
    desk: orchestratorConfig.parse({ start_equity: Number(input.startEquityQuote) }),
    markets: input.markets.markets.map(({ symbol }) => symbol),
    strategies: new Map([[input.strategy.name, input.strategy]]),
    datasources: new Map([['replay', 'replay']]),
    ...dayLimitsOf({
      daily_target_pct: input.orchestrator.daily_target_pct,
      max_daily_loss_pct: input.risk.limits.max_daily_loss_pct,
    }),
  };
}

/** Agents of which a share of the calls is answered by a time-out, half of them after the work was done. */
function unreliableAgents(agents: AgentsPort, share: number): AgentsPort {
  const random = seededRandom(7);
  const flaky =
    <Question, Answer>(ask: (question: Question) => Promise<Answer>) =>
    async (question: Question): Promise<Answer> => {
      const fails = random() < share;
      if (fails && random() < 0.5) await ask(question);
      if (fails) throw new TransientError('no answer in time', { code: 'timeout' });
      return ask(question);
    };
  return {
    size: flaky((question) => agents.size(question)),
    analyze: flaky((command) => agents.analyze(command)),
    evaluateRisk: flaky((request) => agents.evaluateRisk(request)),
    submit: flaky((order) => agents.submit(order)),
  };
}

interface Replay {
  readonly mode: OrchestrationMode;
  readonly raceSeed: number;
  /** Share of calls that are answered by a time-out. */
  readonly unreliable?: number;
  /** Share of messages before which Redis is emptied. */
  readonly flushes?: number;
}

async function replay(input: BacktestInput, { mode, raceSeed, unreliable, flushes = 0 }: Replay) {
  const agents = new MemoryAgents(input);
  const settings = settingsOf(input);
  const memory: MemoryDesk = new MemoryDesk({
    settings,
    agents: unreliable === undefined ? agents : unreliableAgents(agents, unreliable),
    raceSeed,
    answer: (message) => agents.answer(message, 's1'),
    outboxes: () => agents.outbox(),
  });
  const request = {
    mode,
    strategy: input.strategy.name,
    source: 'replay',
    symbols: input.series.map(({ symbol }) => symbol),
  };
  await memory.apply(
    await memory.desk.turn((turn) => {
      const spec = sessionSpecOf({ ...request, timeframe: '1h' }, { sessionId: 's1', settings, nowMs: memory.nowMs });
      startSession(turn, spec, { traceId: 'a'.repeat(32), actor: 'test' });
    }),
  );
  const random = seededRandom(raceSeed);
  await memory.run(async () => {
    if (random() < flushes) await memory.flush();
  });
  const session =
    (await memory.state.read<Session>('session:s1')).value ??
    openSession(sessionSpecOf(request, { sessionId: 's1', settings, nowMs: 0 }));
  const desk = (await memory.state.read<Desk>('desk')).value;
  return { session, desk, published: memory.published, kept: memory.checkpoints.outbox };
}

const scenarios: { name: string; strategy: string; overrides: Overrides }[] = [
  { name: 'momentum', strategy: 'momentum', overrides: {} },
  { name: 'mean reversion', strategy: 'mean_reversion', overrides: {} },
  { name: 'a target that halts many days', strategy: 'momentum', overrides: { dailyTargetPct: 0.3 } },
  { name: 'too little cash for both symbols', strategy: 'momentum', overrides: { startEquity: '60' } },
  {
    name: 'exits',
    strategy: 'jumpy',
    overrides: { paper: { maker_fees_bps: 2, slippage: { model: 'spread', range_share: 0.1 } } },
  },
  {
    name: 'exits, a candle of latency and parts by volume',
    strategy: 'jumpy',
    overrides: {
      dailyTargetPct: 0.5,
      paper: { latency_candles: 1, max_volume_share: 0.0002, slippage: { model: 'volume', impact_bps: 50 } },
    },
  },
];

describe.each(scenarios)('the decision cycle with $name', ({ strategy, overrides }) => {
  const input = inputOf(strategy, overrides);
  const expected = runBacktest(input);

  it('trades, so that the comparison means something', () => {
    expect(expected.fills).toBeGreaterThan(4);
  });

  it.each(['pubsub', 'http', 'hybrid'] as const)(
    'in mode %s gives what the backtest gives, whatever the order of the streams',
    async (mode) => {
      const { candles, signals, riskRequests, riskRefused, orders, fills, rejected } = expected;
      for (const raceSeed of [1, 2]) {
        const { session, desk } = await replay(input, { mode, raceSeed });
        expect(session).toMatchObject({
          status: 'finished',
          endEquityQuote: expected.finalEquityQuote,
          counters: { candles, signals, riskRequests, riskRefused, orders, fills, rejected },
        });
        expect(desk?.ledger?.maxDrawdownRatio).toBe(expected.maxDrawdownRatio);
      }
    },
  );
});

it.each(['pubsub', 'http', 'hybrid'] as const)(
  'gives the same in mode %s while a third of the calls fails',
  async (mode) => {
    const input = inputOf('momentum');
    const expected = runBacktest(input);
    const { session } = await replay(input, { mode, raceSeed: 9, unreliable: 0.3 });
    const { candles, signals, riskRequests, riskRefused, orders, fills, rejected } = expected;
    expect(session).toMatchObject({
      status: 'finished',
      endEquityQuote: expected.finalEquityQuote,
      counters: { candles, signals, riskRequests, riskRefused, orders, fills, rejected },
    });
  },
);

describe.each(scenarios.slice(2))(
  'the decision cycle with $name, and Redis emptied again and again',
  ({ strategy, overrides }) => {
    const input = inputOf(strategy, overrides);
    const expected = runBacktest(input);

    it.each(['pubsub', 'http', 'hybrid'] as const)(
      'in mode %s gives what the backtest gives, and keeps the same audit',
      async (mode) => {
        const { candles, signals, riskRequests, riskRefused, orders, fills, rejected } = expected;
        const undisturbed = await replay(input, { mode, raceSeed: 1 });
        const { session, desk, kept } = await replay(input, { mode, raceSeed: 3, flushes: 0.001 });
        expect(session).toMatchObject({
          status: 'finished',
          endEquityQuote: expected.finalEquityQuote,
          counters: { candles, signals, riskRequests, riskRefused, orders, fills, rejected },
        });
        expect(desk?.ledger?.maxDrawdownRatio).toBe(expected.maxDrawdownRatio);
        expect(idsOf(kept)).toEqual(idsOf(undisturbed.kept));
      },
    );
  },
);

/** A checkpoint that was taken over after a crash may find some of its messages announced before. */
function idsOf(kept: readonly { readonly id: string }[]): readonly string[] {
  return [...new Set(kept.map(({ id }) => id))].filter((id) => !id.startsWith('audit:desk.rebuilt')).sort();
}

it('trades in parts where it should, by every exit, and is halted', () => {
  const { overrides, strategy } = scenarios.at(-1) ?? scenarios[0] ?? { overrides: {}, strategy: 'jumpy' };
  const { trades, orders, rejected, days } = runBacktest(inputOf(strategy, overrides));
  const kinds = new Set(trades.map(({ orderId }) => /[a-z]+$/.exec(orderId)?.[0] ?? 'order'));
  expect([...kinds].sort()).toEqual(['order', 'stop', 'target', 'time', 'trail']);
  expect(trades.length).toBeGreaterThan(1.25 * new Set(trades.map(({ orderId }) => orderId)).size);
  expect(orders).toBeGreaterThan(10);
  expect(rejected).toBeGreaterThan(0);
  expect(days.some(({ halted }) => halted)).toBe(true);
});

it('halts on the days on which the backtest halts', async () => {
  const input = inputOf('momentum', { dailyTargetPct: 0.3 });
  const expected = runBacktest(input).days.filter((day) => day.halted);
  const { published } = await replay(input, { mode: 'pubsub', raceSeed: 5 });
  const closed = published.filter(({ type }) => type === 'pnl.day_closed').map(({ payload }) => payload['details']);
  const halted = closed.filter((day) => (day as { halted: boolean }).halted);
  expect(expected.length).toBeGreaterThan(0);
  expect(halted).toMatchObject(
    expected.filter(({ day }) => closed.some((one) => (one as { day: string }).day === day)),
  );
  const commands = published.filter(({ stream, type }) => stream === 'orchestrator.commands' && type === 'halt');
  expect(commands).toHaveLength(expected.length);
});
