import { defineAgent, type AgentContext } from '@octant/platform/agent/definition';
import type { Incoming } from '@octant/platform/bus/message';
import { subscription, type HandlerResult } from '@octant/platform/bus/subscription';
import { findUpward } from '@octant/platform/config/find-upward';
import type { OrchestratorCommand } from '@octant/trading/messages/orchestrator-commands';
import { streams } from '@octant/trading/messages/streams';
import { candleFiles } from './adapters/candle-files.js';
import { candleStore, type Series } from './adapters/candle-store.js';
import { openVenues } from './adapters/open-venues.js';
import { feedStore } from './adapters/feed-store.js';
import { signalStore } from './adapters/signal-store.js';
import { config, type Settings } from './config.js';
import { buildFeedSpec } from './feeds/build-feed-spec.js';
import { CandleMemory } from './feeds/candle-memory.js';
import { positionKey } from './feeds/feed-key.js';
import { Feeds, type SimulatorPosition } from './feeds/feeds.js';
import { LiveFeeds } from './feeds/live-feeds.js';
import { onAdvance } from './handlers/on-advance.js';
import { onAnalyze } from './handlers/on-analyze.js';
import { onUnwatch } from './handlers/on-unwatch.js';
import { onWatch } from './handlers/on-watch.js';
import { analystMetrics } from './metrics.js';
import { candleOperations } from './routes/candles.js';
import { feedOperations } from './routes/feeds.js';
import { signalOperations } from './routes/signals.js';
import { Analyst } from './signals/analyst.js';
import { Evaluators } from './signals/evaluators.js';
import { LastSignals } from './signals/last-signals.js';

const SAVE_SIGNALS_EVERY_MS = 1000;

export const agent = defineAgent({ name: 'market-analyst', config, wire });

function wire(context: AgentContext<Settings>) {
  const desk = openDesk(context);
  const { feeds, signals } = desk;
  return {
    consumes: [commands(context, desk)],
    operations: { ...candleOperations(desk), ...feedOperations(desk), ...signalOperations(desk) },
    schedules: [{ name: 'save-signals', everyMs: SAVE_SIGNALS_EVERY_MS, run: () => signals.save() }],
    start: () => {
      declareVenues(desk);
      return feeds.restore();
    },
    stop: async () => {
      await feeds.stop();
      desk.venues.close();
      await signals.save();
    },
  };
}

type Desk = ReturnType<typeof openDesk>;

/** Exchanges that the configuration names have their metrics from the start; what is made here is no exchange. */
function declareVenues({ settings, venues, metrics }: Desk): void {
  for (const datasource of settings().datasources.values()) {
    const { exchange } = datasource;
    if (exchange === 'simulator' || exchange === 'replay') continue;
    venues.declare(datasource);
    metrics.exchangeKnown(exchange);
  }
}

function openDesk(context: AgentContext<Settings>) {
  const { database, clock, logger, env } = context;
  const settings = () => context.config.current();
  const now = () => new Date(clock.now()).toISOString();
  const publish = context.bus.publish.bind(context.bus);
  const metrics = analystMetrics(context.metrics);
  const memory = new CandleMemory();
  const candles = candleStore(database);
  const feedRows = feedStore(database);
  const signals = new LastSignals(signalStore(database));
  const evaluators = new Evaluators(candles, memory);
  const onStored = (series: Series, fromMs: number) => {
    evaluators.forgetFrom(series, fromMs);
    feeds.forgetCandlesOf(series.source);
  };
  const venues = openVenues(context);
  const common = { candles, feeds: feedRows, memory, metrics, clock, logger, settings, publish };
  const live = new LiveFeeds({ ...common, openExchange: venues.open, onBackfilled: onStored });
  const files = candleFiles(env['CONFIG_DIR'] ?? findUpward('config', { from: process.cwd(), variable: 'CONFIG_DIR' }));
  const readPosition = (sessionId: string) => context.state.read<SimulatorPosition>(positionKey(sessionId));
  const feeds = new Feeds({ ...common, live, files, readPosition: async (id) => (await readPosition(id)).value });
  const findFeed = async (sessionId: string) => (sessionId === '' ? undefined : feeds.find(sessionId));
  const analyst = new Analyst({ evaluators, signals, metrics, settings, findFeed, now });
  /** A simulated market is stored by session: the newest one stands for the source. */
  const storedAs = async (source: string) => {
    if (settings().datasources.get(source)?.exchange !== 'simulator') return source;
    return (await feedRows.findLatestOf(source))?.spec.storedAs ?? source;
  };
  return {
    candles,
    feedRows,
    feeds,
    live,
    venues,
    signals,
    evaluators,
    analyst,
    settings,
    metrics,
    now,
    readPosition,
    onStored,
    storedAs,
  };
}

/** What the orchestrator says to the analyst; commands of one session run one after the other. */
function commands(context: AgentContext<Settings>, desk: Desk) {
  const { feeds, feedRows, analyst, settings, now, readPosition } = desk;
  const analyze = onAnalyze({ analyst, now });
  const watch = onWatch({ feeds, store: feedRows, buildSpec: (command) => buildFeedSpec(command, settings()), now });
  const advance = onAdvance({ feeds, readPosition });
  const unwatch = onUnwatch({
    store: feedRows,
    close: (sessionId) => {
      desk.evaluators.forgetSession(sessionId);
      feeds.end(sessionId).catch((error: unknown) => {
        context.logger.warn({ err: error, sessionId }, 'A feed did not end cleanly');
      });
    },
  });
  return subscription<OrchestratorCommand>({
    stream: 'orchestrator.commands',
    group: 'analyst',
    schema: streams['orchestrator.commands'].schema,
    accepts: ({ type }) => type !== 'halt' && type !== 'unhalt',
    orderedBy: (command) => ('sessionId' in command ? String(command.sessionId) : ''),
    handle(message): Promise<HandlerResult> | HandlerResult {
      const { payload } = message;
      const as = <Payload>(one: Payload): Incoming<Payload> => ({ ...message, payload: one });
      switch (payload.type) {
        case 'analyze':
          return analyze(as(payload));
        case 'watch':
          return watch(as(payload));
        case 'advance':
          return advance(as(payload));
        case 'unwatch':
          return unwatch(as(payload));
        case 'halt':
        case 'unhalt':
          return {};
      }
    },
  });
}
