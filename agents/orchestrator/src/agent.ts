import { defineAgent, type AgentContext, type AgentWiring, type Schedule } from '@octant/platform/agent/definition';
import { subscription, type PayloadSchema, type Subscription } from '@octant/platform/bus/subscription';
import { streams, type StreamName } from '@octant/trading/messages/streams';
import { httpAgents } from './adapters/agents-port.js';
import { postgresAuditStore } from './adapters/audit-store.js';
import { postgresCheckpoints } from './adapters/checkpoint-store.js';
import { httpTrades } from './adapters/trades-port.js';
import { advanceAll } from './cycle/advance.js';
import { orchestratorSettings, type OrchestratorSettings } from './config.js';
import { deskMetrics } from './desk/desk-metrics.js';
import { DeskStore } from './desk/desk-store.js';
import { Stall } from './desk/stall.js';
import { DESK_LANE, TradingDesk } from './desk/trading-desk.js';
import { hasWaitingStep, watchTimeOuts } from './desk/watch-time-outs.js';
import { onAnalysisProgress, onAnalysisSignal } from './handlers/on-analysis.js';
import { onAuditEvent } from './handlers/on-audit-event.js';
import { onExecProgress } from './handlers/on-exec-progress.js';
import { onExecStatus } from './handlers/on-exec-status.js';
import { onMarketCandles } from './handlers/on-market-candles.js';
import { onOptResult } from './handlers/on-opt-result.js';
import { onRiskResponse } from './handlers/on-risk-response.js';
import { adminHaltRoutes } from './routes/admin-halt.js';
import { adminStreamRoutes } from './routes/admin-streams.js';
import type { DeskRoutes } from './routes/desk-routes.js';
import { deskRoutes } from './routes/desk.js';
import { orchestrateRoutes } from './routes/orchestrate.js';
import { pnlRoutes } from './routes/pnl.js';

const GROUP = 'orchestrator';
const WATCH_EVERY_MS = 500;
const RETRY_EVERY_MS = 50;
const NUDGE_AFTER_MS = 1500;

/** Coordination: sessions, the decision cycle, PnL and halts, admin and operations endpoints, the audit. */
export const orchestrator = defineAgent<OrchestratorSettings>({
  name: 'orchestrator',
  config: orchestratorSettings,
  watchedStreams: Object.fromEntries(
    Object.entries(streams).map(([stream, { groups }]) => [stream, Object.keys(groups)]),
  ),
  wire: wireOrchestrator,
});

function wireOrchestrator(context: AgentContext<OrchestratorSettings>): AgentWiring {
  const { bus, clock, database, http, name, state } = context;
  const settings = () => context.config.current();
  const store = new DeskStore(state);
  const metrics = deskMetrics(context.metrics);
  const trades = httpTrades(http);
  const auditStore = postgresAuditStore(database);
  const stall = new Stall(context.logger);
  const desk = new TradingDesk({
    store,
    checkpoints: postgresCheckpoints(database, name),
    bus,
    onStalled: stall.note,
    agents: httpAgents(http),
    clock,
    settings,
    onOrder: metrics.observeDecision,
  });
  const inLane = <Result>(work: () => Promise<Result>) => context.inLane(GROUP, DESK_LANE, work);
  const routes: DeskRoutes = {
    store,
    clock,
    settings,
    change: (work, also) => inLane(() => desk.turnNow(work, also)),
  };
  const admin = context.streams;
  return {
    consumes: [...tradingSubscriptions(desk), auditSubscription(auditStore)],
    operations: {
      ...orchestrateRoutes({ ...routes, report: { trades, auditStore, admin, clock } }),
      ...pnlRoutes({ ...routes, auditStore }),
      ...deskRoutes({ ...routes, admin, trades }),
      ...adminHaltRoutes(routes),
      ...adminStreamRoutes({ ...routes, admin, auditStore }),
    },
    schedules: schedulesOf({ routes, desk, store, stall, metrics }),
    rebuild: (redis) => desk.rebuild(redis),
  };
}

interface Scheduled {
  readonly routes: DeskRoutes;
  readonly desk: TradingDesk;
  readonly store: DeskStore;
  readonly stall: Stall;
  readonly metrics: ReturnType<typeof deskMetrics>;
}

function schedulesOf({ routes, desk, store, stall, metrics }: Scheduled): readonly Schedule[] {
  const { clock, settings } = routes;
  return [
    {
      name: 'retry stalled steps',
      everyMs: RETRY_EVERY_MS,
      run: async () => {
        if (stall.take() || !desk.settled) await routes.change(advanceAll);
      },
    },
    {
      name: 'watch time-outs',
      everyMs: WATCH_EVERY_MS,
      run: async () => {
        const { sessions } = await store.view();
        if (!hasWaitingStep(sessions, { nowMs: clock.now(), olderThanMs: NUDGE_AFTER_MS })) return;
        await routes.change(watchTimeOuts);
      },
    },
    {
      name: 'desk metrics',
      everyMs: 1000,
      run: async () => {
        metrics.observeDesk((await store.view()).desk, settings());
      },
    },
  ];
}

function tradingSubscriptions(desk: TradingDesk): readonly Subscription[] {
  const on = <Payload>(
    stream: StreamName,
    schema: PayloadSchema<Payload>,
    handle: Subscription<Payload>['handle'],
  ): Subscription => subscription({ stream, schema, handle, group: GROUP, orderedBy: () => DESK_LANE });
  return [
    on('market.candles', streams['market.candles'].schema, onMarketCandles(desk)),
    on('analysis.signals', streams['analysis.signals'].schema, onAnalysisSignal(desk)),
    on('analysis.progress', streams['analysis.progress'].schema, onAnalysisProgress(desk)),
    on('risk.responses', streams['risk.responses'].schema, onRiskResponse(desk)),
    on('exec.status', streams['exec.status'].schema, onExecStatus(desk)),
    on('exec.progress', streams['exec.progress'].schema, onExecProgress(desk)),
    on('opt.results', streams['opt.results'].schema, onOptResult(desk)),
  ];
}

function auditSubscription(store: ReturnType<typeof postgresAuditStore>) {
  return subscription({
    stream: 'audit.events',
    group: 'audit',
    schema: streams['audit.events'].schema,
    handle: onAuditEvent(store),
  });
}
