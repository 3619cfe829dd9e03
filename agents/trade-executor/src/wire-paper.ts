import type { AgentContext, AgentWiring } from '@octant/platform/agent/definition';
import { PermanentError } from '@octant/platform/errors/errors';
import type { Database } from '@octant/platform/postgres/sql';
import { AccountCache } from './account/account-cache.js';
import { AnsweredSteps } from './account/answered-steps.js';
import { ACCOUNT_LANE, EXEC_GROUP, type ExecDesk } from './account/desk.js';
import { LastPrices } from './account/last-prices.js';
import { takeOrder } from './account/take-order.js';
import { commitToOutbox } from './adapters/lane-commits.js';
import { postgresAccountStore } from './adapters/postgres-account-store.js';
import { httpRisk } from './adapters/risk-port.js';
import { postgresTradeQueries } from './adapters/trade-queries.js';
import type { ExecutorSettings } from './config.js';
import { executorMetrics } from './metrics.js';
import { accountRoutes } from './routes/account.js';
import { fillRoutes } from './routes/fills.js';
import { paperTradeRoutes } from './routes/live-trade.js';
import { orderRoutes } from './routes/orders.js';
import { submitRoutes } from './routes/submit.js';
import { executorSubscriptions } from './subscriptions.js';

/** The executor with the paper account. */
export function wirePaper(context: AgentContext<ExecutorSettings>): AgentWiring {
  const { name: agent, database, bus, logger, clock } = context;
  const settings = () => context.config.current();
  const store = postgresAccountStore(database);
  const cache = new AccountCache(() => store.load());
  const metrics = executorMetrics(context.metrics, settings().exchange);
  const shared = { answered: new AnsweredSteps(), prices: new LastPrices() };
  const desk: ExecDesk = { store, cache, ...shared, metrics, clock, settings };
  const queries = postgresTradeQueries(database);
  return {
    consumes: executorSubscriptions({ paper: desk }),
    operations: {
      ...submitRoutes({
        desk,
        instruments: () => settings().instruments,
        haltVersion: () => cache.peek()?.halt.haltVersion ?? 0,
        take: (order) => takeOrder(desk, order),
        queries,
        risk: httpRisk(context.http),
        commit: commitToOutbox({ agent, database, bus, logger }),
        inLane: (work) => context.inLane(EXEC_GROUP, ACCOUNT_LANE, work),
      }),
      ...orderRoutes(queries),
      ...fillRoutes(queries),
      ...accountRoutes(desk),
      ...paperTradeRoutes(),
    },
    // Nothing is kept in Redis; but handlers that ran when it was emptied may have left the copy behind, and steps that
    // come for the first time may have come before.
    rebuild: () => {
      cache.distrust();
      return Promise.resolve();
    },
    schedules: [{ name: 'account metrics', everyMs: 1000, run: () => observe(desk) }],
    start: async () => {
      await refuseLiveSchema(database);
      await store.open(settings().startEquityQuote);
      await cache.current();
    },
  };
}

/** The books of an account at an exchange and those of the paper account share tables: one schema holds one of them. */
async function refuseLiveSchema(database: Database): Promise<void> {
  const { rows } = await database.query<{ exchange: string }>('SELECT exchange FROM live_account');
  const [live] = rows;
  if (live?.exchange === undefined) return;
  throw new PermanentError(
    `expected a schema without an account at an exchange, was that of ${live.exchange}; give the paper account another OCTANT_PG_SCHEMA`,
    { code: 'other_account' },
  );
}

function observe(desk: ExecDesk): Promise<void> {
  const account = desk.cache.peek();
  if (account !== undefined) desk.metrics.observeAccount(account);
  return Promise.resolve();
}
