import { defineAgent, type AgentContext, type AgentWiring } from '@octant/platform/agent/definition';
import { subscription, type Subscription } from '@octant/platform/bus/subscription';
import { streams } from '@octant/trading/messages/streams';
import { AccountCache } from './account/account-cache.js';
import { AnsweredSteps } from './account/answered-steps.js';
import { ACCOUNT_LANE, EXEC_GROUP, HALT_LANE, type ExecDesk } from './account/desk.js';
import { LastPrices } from './account/last-prices.js';
import { commitToOutbox } from './adapters/lane-commits.js';
import { postgresAccountStore } from './adapters/postgres-account-store.js';
import { httpRisk } from './adapters/risk-port.js';
import { postgresTradeQueries } from './adapters/trade-queries.js';
import { executorSettings, type ExecutorSettings } from './config.js';
import { onExecOrder } from './handlers/on-exec-order.js';
import { onMarketCandles } from './handlers/on-market-candles.js';
import { concernsExecutor, onOrchestratorCommand } from './handlers/on-orchestrator-command.js';
import { executorMetrics } from './metrics.js';
import { accountRoutes } from './routes/account.js';
import { fillRoutes } from './routes/fills.js';
import { orderRoutes } from './routes/orders.js';
import { submitRoutes } from './routes/submit.js';

const NAME = 'trade-executor';

/** Orders, fills and the paper account; the only agent that talks to an exchange's order endpoints. */
export const tradeExecutor = defineAgent<ExecutorSettings>({ name: NAME, config: executorSettings, wire });

function wire(context: AgentContext<ExecutorSettings>): AgentWiring {
  const { database, bus, logger, clock } = context;
  const settings = () => context.config.current();
  const store = postgresAccountStore(database);
  const cache = new AccountCache(() => store.load());
  const metrics = executorMetrics(context.metrics, settings().exchange);
  const shared = { answered: new AnsweredSteps(), prices: new LastPrices() };
  const desk: ExecDesk = { store, cache, ...shared, metrics, clock, settings };
  const queries = postgresTradeQueries(database);
  return {
    consumes: subscriptions(desk),
    operations: {
      ...submitRoutes({
        desk,
        queries,
        risk: httpRisk(context.http),
        commit: commitToOutbox({ agent: NAME, database, bus, logger }),
        inLane: (work) => context.inLane(EXEC_GROUP, ACCOUNT_LANE, work),
      }),
      ...orderRoutes(queries),
      ...fillRoutes(queries),
      ...accountRoutes(desk),
    },
    // Nothing is kept in Redis; but handlers that ran when it was emptied may have left the copy behind, and steps that
    // come for the first time may have come before.
    rebuild: () => {
      cache.distrust();
      return Promise.resolve();
    },
    schedules: [{ name: 'account metrics', everyMs: 1000, run: () => observe(desk) }],
    start: async () => {
      await store.open(settings().startEquityQuote);
      await cache.current();
    },
  };
}

function subscriptions(desk: ExecDesk): readonly Subscription[] {
  const orders = streams['exec.orders'];
  const candles = streams['market.candles'];
  const commands = streams['orchestrator.commands'];
  const inAccountLane = { group: EXEC_GROUP, orderedBy: () => ACCOUNT_LANE };
  return [
    subscription({ ...inAccountLane, stream: 'exec.orders', schema: orders.schema, handle: onExecOrder(desk) }),
    subscription({ ...inAccountLane, stream: 'market.candles', schema: candles.schema, handle: onMarketCandles(desk) }),
    subscription({
      group: EXEC_GROUP,
      orderedBy: () => HALT_LANE,
      stream: 'orchestrator.commands',
      schema: commands.schema,
      accepts: concernsExecutor,
      handle: onOrchestratorCommand(desk),
    }),
  ];
}

function observe(desk: ExecDesk): Promise<void> {
  const account = desk.cache.peek();
  if (account !== undefined) desk.metrics.observeAccount(account);
  return Promise.resolve();
}
