import type { StreamAdmin } from '@octant/platform/bus/stream-admin';
import type { Operations } from '@octant/platform/http/operation';
import { streams } from '@octant/trading/messages/streams';
import { AppError } from '@octant/platform/errors/errors';
import type { ExecutedFill, TradesPort } from '../adapters/trades-port.js';
import type { Desk } from '../desk/desk-state.js';
import { pnlStatusOf, sessionViewOf, sumCounters } from '../desk/views.js';
import type { DeskRoutes } from './desk-routes.js';

const RECENT_TRADES = 10;

/** One answer with all that the live screen shows. */
export function deskRoutes(parts: DeskRoutes & { admin: StreamAdmin; trades: TradesPort }): Operations {
  return {
    getDeskOverview: async ({ traceId }) => {
      const { desk: known } = await parts.store.view();
      const { desk, sessions } = await parts.store.view(known.recentSessionIds.slice(0, 5));
      const [figures, recentTrades] = await Promise.all([
        streamFigures(parts.admin),
        recentTradesOf(parts.trades, desk, traceId),
      ]);
      return {
        status: 200,
        body: {
          simulated: sessions.some((session) => session.feed !== 'live'),
          sessions: sessions.map((session) => sessionViewOf(session, desk)),
          pnl: pnlStatusOf(desk, parts.settings(), parts.clock.now()),
          counters: sumCounters(sessions),
          streams: figures,
          recentTrades,
        },
      };
    },
  };
}

/** The overview stays readable while the executor is away. */
async function recentTradesOf(trades: TradesPort, desk: Desk, traceId: string): Promise<readonly ExecutedFill[]> {
  const lastFillSeq = desk.ledger?.lastFillSeq ?? 0;
  if (lastFillSeq === 0) return [];
  try {
    return await trades.since(Math.max(0, lastFillSeq - RECENT_TRADES), traceId);
  } catch (error) {
    if (error instanceof AppError) return [];
    throw error;
  }
}

async function streamFigures(admin: StreamAdmin) {
  return Promise.all(
    Object.keys(streams).map(async (stream) => {
      const [groups, dead] = await Promise.all([admin.groups(stream), admin.deadLetters(stream, 0)]);
      const lags = groups.map((group) => group.lag);
      return {
        stream,
        pending: groups.reduce((sum, group) => sum + group.pending, 0),
        lag: lags.includes(null) ? null : lags.reduce<number>((sum, lag) => sum + (lag ?? 0), 0),
        dlq: dead.total,
      };
    }),
  );
}
