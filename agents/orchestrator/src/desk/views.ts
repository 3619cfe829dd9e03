import { equityOf, openLedger, pnlOf } from '@octant/trading/portfolio/ledger';
import { Decimal, formatDecimal } from '@octant/trading/money/decimal';
import type { OrchestratorSettings } from '../config.js';
import { haltReasonOf, type Desk } from './desk-state.js';
import type { Counters, Session } from './session-state.js';

/** `GET /pnl/status`; before the first candle the day is today's and the equity the configured start. */
export function pnlStatusOf(desk: Desk, settings: OrchestratorSettings, nowMs: number) {
  const ledger = desk.ledger ?? openLedger(formatDecimal(Decimal.of(settings.desk.start_equity)), nowMs);
  const haltedAtMs = desk.adminHalt?.atMs ?? (ledger.day.halted ? ledger.day.haltedAtMs : null);
  return {
    ...pnlOf(ledger),
    dailyTargetRatio: settings.dailyTargetRatio,
    dailyLossLimitRatio: settings.dailyLossLimitRatio,
    halted: haltReasonOf(desk) !== null,
    haltReason: haltReasonOf(desk),
    haltedAt: haltedAtMs === null ? null : new Date(haltedAtMs).toISOString(),
  };
}

/** A session as the API shows it. */
export function sessionViewOf(session: Session, desk: Desk) {
  const equity = session.endEquityQuote ?? (desk.ledger === null ? session.startEquityQuote : equityOf(desk.ledger));
  return {
    sessionId: session.sessionId,
    status: session.status,
    failure: session.failure,
    mode: session.mode,
    symbols: session.symbols,
    timeframe: session.timeframe,
    strategy: session.strategy,
    source: session.source,
    startedAtMs: session.startedAtMs,
    lastCloseTimeMs: session.lastCloseTimeMs,
    counters: session.counters,
    equityQuote: equity ?? '0',
    cycles: session.cycles,
  };
}

/** Counters of several sessions added up. */
export function sumCounters(sessions: readonly Session[]): Counters {
  const sum: Counters = { candles: 0, signals: 0, riskRequests: 0, riskRefused: 0, orders: 0, fills: 0, rejected: 0 };
  for (const { counters } of sessions) {
    for (const key of Object.keys(sum) as (keyof Counters)[]) sum[key] += counters[key];
  }
  return sum;
}
