import { openLedger, pnlOf, type ClosedDay, type Ledger } from '@octant/trading/portfolio/ledger';
import { Decimal, formatDecimal } from '@octant/trading/money/decimal';
import { audit, notify } from './notices.js';
import type { Turn } from './turn.js';

/** The desk's ledger, opened at `atMs` (domain time) when it is the first to be asked for. */
export function ledgerAt(turn: Turn, atMs: number): Ledger {
  turn.desk.ledger ??= openLedger(formatDecimal(Decimal.of(turn.settings.desk.start_equity)), atMs);
  return turn.desk.ledger;
}

/** Audits and announces the days that a fill or a mark has closed. */
export function recordClosedDays(turn: Turn, days: readonly ClosedDay[], traceId: string): void {
  for (const day of days) {
    audit(turn, {
      eventId: `pnl-day:${day.day}:${String(day.endMs)}`,
      action: 'pnl.day_closed',
      subject: day.day,
      details: { ...day },
      atMs: day.endMs,
      traceId,
    });
    if (day.fills === 0 && !day.halted) continue;
    notify(turn, {
      id: `pnl-day:${day.day}`,
      type: 'pnl_day',
      severity: 'info',
      message: `${day.day}: ${day.pnlQuote} (${(day.pnlRatio * 100).toFixed(2)} %), ${String(day.fills)} fills`,
      context: { ...day },
      traceId,
    });
  }
}

/** The running day as a row of its own, for a replay that ends within it; none when it has just begun. */
export function unfinishedDayOf(ledger: Ledger, endMs: number): ClosedDay | undefined {
  const { day } = ledger;
  if (endMs <= day.startMs) return undefined;
  const { pnlQuote, pnlRatio, equityQuote } = pnlOf(ledger);
  return {
    day: day.day,
    startEquityQuote: day.startEquityQuote,
    endEquityQuote: equityQuote,
    pnlQuote,
    pnlRatio,
    realizedQuote: day.realizedQuote,
    feesQuote: day.feesQuote,
    fills: day.fills,
    halted: day.halted,
    haltReason: day.haltReason,
    endMs,
  };
}
