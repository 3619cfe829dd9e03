import { pnlOf } from '@octant/trading/portfolio/ledger';
import { audit } from './notices.js';
import { stamp, type Turn } from './turn.js';

/**
 * Asks the optimizer for better parameters after a losing streak or a drawdown of the day, at most once per
 * `min_interval_ms`. A replay applies no parameter changes, so it asks for none.
 */
export function requestOptimizerAfterLosses(
  turn: Turn,
  { sessionId, atMs, traceId }: { sessionId: string; atMs: number; traceId: string },
): void {
  const session = turn.sessions.get(sessionId);
  if (session === undefined || session.feed === 'replay') return;
  const { optimizer } = turn.settings.desk;
  if (turn.nowMs - turn.desk.lastOptimizerRequestAtMs < optimizer.min_interval_ms) return;
  const reason = lossReason(turn);
  if (reason === undefined) return;
  turn.desk.lastOptimizerRequestAtMs = turn.nowMs;
  turn.keep();
  const requestId = `opt.${session.strategy}.${String(atMs)}`;
  turn.messages.push({
    stream: 'opt.requests',
    type: 'optimize',
    id: `opt-request:${requestId}`,
    payload: {
      requestId,
      reason,
      window: {
        from: new Date(Math.max(session.historyFromMs, session.startedAtMs ?? 0)).toISOString(),
        to: new Date(atMs).toISOString(),
      },
      symbols: session.symbols,
      strategy: session.strategy,
      source: session.source,
      timeframe: session.timeframe,
      ...stamp(turn, traceId),
    },
  });
  audit(turn, {
    eventId: `optimizer.requested:${requestId}`,
    action: 'optimizer.requested',
    subject: session.strategy,
    details: { reason, consecutiveLosers: turn.desk.consecutiveLosers },
    atMs,
    requestId,
    traceId,
  });
}

function lossReason(turn: Turn): string | undefined {
  const { loss_trigger: trigger } = turn.settings.desk.optimizer;
  if (turn.desk.consecutiveLosers >= trigger.consecutive_losers) return 'losing_streak';
  const ratio = turn.desk.ledger === null ? 0 : pnlOf(turn.desk.ledger).pnlRatio;
  return ratio <= -trigger.max_drawdown_pct / 100 ? 'drawdown' : undefined;
}
