import { randomUUID } from 'node:crypto';
import type { AgentContext, AgentWiring } from '@octant/platform/agent/definition';
import type { Identified } from '@octant/platform/bus/encode-message';
import { LastPrices } from './account/last-prices.js';
import { commitToOutbox } from './adapters/lane-commits.js';
import { postgresLiveStore } from './adapters/postgres-live-store.js';
import { httpRisk } from './adapters/risk-port.js';
import { postgresTradeQueries } from './adapters/trade-queries.js';
import type { ExecutorSettings } from './config.js';
import type { LiveFailpoint } from './live/crash-points.js';
import { executorHeartbeat } from './live/executor-heartbeat.js';
import { ExposureGate } from './live/exposure-gate.js';
import type { LiveDesk } from './live/live-desk.js';
import { LiveMachine } from './live/live-machine.js';
import { liveMetrics } from './live/live-metrics.js';
import { SharedTurns } from './live/shared-turns.js';
import { takeLiveOrder } from './live/take-live-order.js';
import { executorMetrics } from './metrics.js';
import { liveAccountRoutes } from './routes/account.js';
import { fillRoutes } from './routes/fills.js';
import { liveTradeRoutes } from './routes/live-trade.js';
import { orderRoutes } from './routes/orders.js';
import { submitRoutes } from './routes/submit.js';
import { executorSubscriptions } from './subscriptions.js';
import { isDeskClientOrderId, venueClientOrderId } from '@octant/venue/venue-client-order-id';
import type { Venue } from '@octant/venue/venue';

/** Messages of one call of Redis. */
const MOST_AT_ONCE = 100;

/** The executor with an account at an exchange. */
export function wireLive(
  context: AgentContext<ExecutorSettings>,
  venue: Venue,
  failpoint?: LiveFailpoint,
): AgentWiring {
  const { name: agent, database, bus, logger, clock } = context;
  const settings = () => context.config.current();
  const prices = new LastPrices();
  const machine = new LiveMachine({
    desk: { ...deskOf(context, venue), failpoint },
    liveVariable: context.env['OCTANT_LIVE'],
    startEquityQuote: settings().startEquityQuote,
    stopping: context.stopping,
  });
  const { desk } = machine;
  const queries = postgresTradeQueries(database);
  const heartbeat = executorHeartbeat(context, { venue: venue.id, isLive: () => desk.gate.isOpen('interlock') });
  let haltVersion = 0;
  return {
    consumes: executorSubscriptions({ live: desk, prices }),
    operations: {
      ...submitRoutes({
        desk: { prices, clock },
        instruments: () => settings().instruments,
        haltVersion: () => haltVersion,
        take: (order) => takeLiveOrder(desk, order),
        queries,
        risk: httpRisk(context.http),
        commit: commitToOutbox({ agent, database, bus, logger }),
        // The books are decided on under the account's lock, whoever else does at the same time.
        inLane: (work) => work(),
      }),
      ...orderRoutes(queries),
      ...fillRoutes(queries),
      ...liveAccountRoutes(desk),
      ...liveTradeRoutes(machine),
    },
    schedules: [
      ...machine.schedules(),
      heartbeat.schedule,
      {
        name: 'live halt',
        everyMs: 1000,
        run: async () => {
          ({ haltVersion } = (await desk.store.loadAccount()).halt);
        },
      },
    ],
    start: async () => {
      await machine.open();
      ({ haltVersion } = (await desk.store.loadAccount()).halt);
      machine.begin();
    },
    stop: async () => {
      await machine.stop();
      await heartbeat.end();
      await venue.close();
    },
  };
}

function deskOf(
  context: AgentContext<ExecutorSettings>,
  venue: Venue,
): Omit<LiveDesk, 'signals' | 'markets' | 'dayVolumes'> {
  const { database, logger, clock } = context;
  const settings = () => context.config.current();
  return {
    store: postgresLiveStore(database, () => venue.id),
    venue,
    gate: new ExposureGate(),
    metrics: liveMetrics(context.metrics, executorMetrics(context.metrics, venue.id), venue.id),
    clock,
    logger,
    settings: () => settings().live,
    instruments: () => settings().instruments,
    announce: announcer(context),
    clientIds: {
      of: (orderId) => venueClientOrderId(venue.id, orderId),
      isOurs: (text) => isDeskClientOrderId(venue.id, text),
    },
    books: new SharedTurns(),
    owner: randomUUID(),
    random: Math.random,
  };
}

/**
 * Publishes in the order of the commits, what has come meanwhile in one go: each commit of Redis waits for its disk. What
 * fails waits in the outbox.
 */
function announcer({ bus, logger }: AgentContext<ExecutorSettings>): (messages: readonly Identified[]) => void {
  const waiting: Identified[] = [];
  let running = false;
  const publish = async () => {
    running = true;
    while (waiting.length > 0) {
      const messages = waiting.splice(0, MOST_AT_ONCE);
      try {
        await bus.commit({ messages, state: [] });
      } catch (error) {
        logger.warn({ err: error }, 'messages wait in the outbox');
      }
    }
    running = false;
  };
  return (messages) => {
    waiting.push(...messages);
    if (!running) void publish();
  };
}
