import { defineAgent, type AgentContext, type AgentWiring } from '@octant/platform/agent/definition';
import { AppError } from '@octant/platform/errors/errors';
import { subscription, type Subscription } from '@octant/platform/bus/subscription';
import { streams } from '@octant/trading/messages/streams';
import { openLedger } from '@octant/trading/portfolio/ledger';
import { httpExecutor } from './adapters/executor-port.js';
import { httpMarket } from './adapters/market-port.js';
import { postgresLedgerStore } from './adapters/postgres-ledger-store.js';
import { postgresRebalanceStore } from './adapters/rebalance-store.js';
import { BooksCache } from './book/books-cache.js';
import { catchUp } from './book/catch-up.js';
import { LostSteps } from './book/catch-up-marks.js';
import { BOOKS_LANE, PORTFOLIO_GROUP, type PortfolioDesk } from './book/desk.js';
import { Marks } from './book/marks.js';
import { portfolioSettings, type PortfolioSettings } from './config.js';
import { hasFill, onExecStatus } from './handlers/on-exec-status.js';
import { onMarketCandles } from './handlers/on-market-candles.js';
import { equityRoutes } from './routes/equity.js';
import { holdingsRoutes } from './routes/holdings.js';
import { rebalanceRoutes } from './routes/rebalance.js';
import { sizeRoutes } from './routes/size.js';

const CATCH_UP_EVERY_MS = 1000;

/** Holdings, sizing and rebalancing. */
export const portfolioManager = defineAgent<PortfolioSettings>({
  name: 'portfolio-manager',
  config: portfolioSettings,
  wire,
});

function wire(context: AgentContext<PortfolioSettings>): AgentWiring {
  const { bus, clock, database, http, logger, name, state } = context;
  const settings = () => context.config.current();
  const store = postgresLedgerStore(database);
  const books = new BooksCache(() => store.load(), clock);
  const desk: PortfolioDesk = { store, books, marks: new Marks(state), clock, settings };
  const executor = httpExecutor(http);
  const inLane = (work: () => Promise<void>) => context.inLane(PORTFOLIO_GROUP, BOOKS_LANE, work);
  const catchUpTurn = catchUp({ desk, executor, database, inLane });
  const lostSteps = new LostSteps({ desk, market: httpMarket(http), database, bus, inLane });
  return {
    consumes: subscriptions(desk),
    operations: {
      ...holdingsRoutes(desk),
      ...sizeRoutes(desk),
      ...rebalanceRoutes({ desk, executor, plans: postgresRebalanceStore(database, name) }),
      ...equityRoutes(store),
    },
    schedules: [
      {
        name: 'lost fills',
        everyMs: CATCH_UP_EVERY_MS,
        run: async () => {
          const fills = await catchUpTurn();
          if (fills > 0) logger.warn({ fills }, 'fills that no status told of were got from the trade-executor');
        },
      },
      {
        name: 'lost steps',
        everyMs: CATCH_UP_EVERY_MS,
        run: async () => {
          try {
            const points = await lostSteps.catchUp();
            if (points > 0) logger.warn({ points }, 'equity points whose candles were lost were made from stored ones');
          } catch (error) {
            if (!(error instanceof AppError)) throw error;
            logger.debug({ err: error }, 'lost steps have to wait for other agents');
          }
        },
      },
    ],
    rebuild: async (redis) => {
      books.distrust();
      await desk.marks.rebuild(redis);
      lostSteps.want();
    },
    start: async () => {
      await store.open(openLedger(settings().startEquityQuote, clock.now()));
      await books.current();
      await desk.marks.current();
    },
  };
}

function subscriptions(desk: PortfolioDesk): readonly Subscription[] {
  const inBooksLane = { group: PORTFOLIO_GROUP, orderedBy: () => BOOKS_LANE };
  return [
    subscription({
      ...inBooksLane,
      stream: 'exec.status',
      schema: streams['exec.status'].schema,
      accepts: hasFill,
      handle: onExecStatus(desk),
    }),
    subscription({
      ...inBooksLane,
      stream: 'market.candles',
      schema: streams['market.candles'].schema,
      accepts: (step) => step.closed,
      handle: onMarketCandles(desk),
    }),
  ];
}
