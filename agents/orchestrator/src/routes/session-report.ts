import type { StreamAdmin } from '@octant/platform/bus/stream-admin';
import { AppError } from '@octant/platform/errors/errors';
import type { Clock } from '@octant/platform/time/clock';
import { buildReport, type Report } from '@octant/trading/backtest/report';
import { streams } from '@octant/trading/messages/streams';
import { Decimal, formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import type { Ledger } from '@octant/trading/portfolio/ledger';
import type { AuditStore, PnlDayRow } from '../adapters/audit-store.js';
import type { ExecutedFill, TradesPort } from '../adapters/trades-port.js';
import type { Desk } from '../desk/desk-state.js';
import type { Session } from '../desk/session-state.js';

export interface ReportSources {
  readonly trades: TradesPort;
  readonly auditStore: AuditStore;
  readonly admin: StreamAdmin;
  readonly clock: Clock;
}

export interface ReportSubject {
  readonly session: Session;
  readonly desk: Desk;
  readonly traceId: string;
}

const MAX_DAYS = 100_000;
const SETTLE_MS = 10_000;

/**
 * The session's report from what the desk has stored: fills from the executor, days from Postgres, counters from the
 * session. Waits until the audit, which carries the days, has been written.
 * @throws AppError 409 `no_candles` before the first candle.
 */
export async function sessionReport(
  sources: ReportSources,
  { session, desk, traceId }: ReportSubject,
): Promise<Report> {
  const { ledger } = desk;
  if (ledger === null || session.startedAtMs === null || session.lastCloseTimeMs === null) {
    throw new AppError(`session ${session.sessionId} has had no candle yet: nothing to report`, {
      code: 'no_candles',
      status: 409,
    });
  }
  await auditIsWritten(sources);
  const { trades, auditStore, admin } = sources;
  const [{ fills, duplicates }, days, dlq, duplicatesSuppressed] = await Promise.all([
    trades.ofSession(session.sessionId, traceId),
    auditStore.days({ limit: MAX_DAYS }),
    deadLetterCounts(admin),
    admin.duplicatesSuppressed(),
  ]);
  const hadTraded = (fills[0]?.fillSeq ?? 1) > 1;
  return buildReport({
    sessionId: session.sessionId,
    counters: session.counters,
    fills,
    accountFills: hadTraded ? await trades.since(0, traceId) : undefined,
    closedDays: daysOfSession(days, session.startedAtMs, session.lastCloseTimeMs),
    ledger: ledgerOfSession(ledger, session, fills),
    endMs: session.lastCloseTimeMs,
    dlq,
    duplicates,
    duplicatesSuppressed,
    wallMs: (session.endedAtMs ?? sources.clock.now()) - session.createdAtMs,
  });
}

const DAY_MS = 86_400_000;

/** Whole days only: the report adds the unfinished one from the ledger. */
function daysOfSession(days: readonly PnlDayRow[], startedAtMs: number, endMs: number): readonly PnlDayRow[] {
  return days.filter((day) => day.endMs % DAY_MS === 0 && day.endMs > startedAtMs && day.endMs <= endMs);
}

/** The account as if it had been opened when the session started. */
function ledgerOfSession(ledger: Ledger, session: Session, fills: readonly ExecutedFill[]): Ledger {
  const sum = (amounts: readonly string[]): string =>
    formatDecimal(amounts.reduce((total, amount) => total.plus(parseDecimal(amount)), Decimal.of(0)));
  return {
    ...ledger,
    startEquityQuote: session.startEquityQuote ?? ledger.startEquityQuote,
    startedAtMs: session.startedAtMs ?? ledger.startedAtMs,
    feesQuote: sum(fills.map((fill) => fill.feeQuote)),
    realizedQuote: sum(fills.map((fill) => fill.profit)),
  };
}

/** Dead letters by stream; streams without any are left out. */
async function deadLetterCounts(admin: StreamAdmin): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const stream of Object.keys(streams)) {
    const { total } = await admin.deadLetters(stream, 0);
    if (total > 0) counts[stream] = total;
  }
  return counts;
}

async function auditIsWritten({ admin, clock }: ReportSources): Promise<void> {
  const deadline = clock.monotonic() + SETTLE_MS;
  for (;;) {
    const [group] = (await admin.groups('audit.events')).filter((one) => one.group === 'audit');
    if (group?.pending === 0 && (group.lag ?? 0) === 0) return;
    if (clock.monotonic() > deadline) {
      throw new AppError('the audit is not written yet; ask again', { code: 'behind', status: 503 });
    }
    await clock.sleep(20);
  }
}
