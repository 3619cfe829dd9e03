import type { AgentContext } from '@octant/platform/agent/definition';
import { applyFill } from '@octant/trading/portfolio/ledger';
import type { TradesPort } from '../adapters/trades-port.js';
import type { OrchestratorSettings } from '../config.js';
import type { DeskStore } from './desk-store.js';
import { ledgerAt } from './ledger-turn.js';
import { audit } from './notices.js';
import { publishHaltChange } from './halts.js';
import type { TradingDesk } from './trading-desk.js';
import type { Turn } from './turn.js';

export interface Recovery {
  readonly context: AgentContext<OrchestratorSettings>;
  readonly store: DeskStore;
  readonly desk: TradingDesk;
  readonly trades: TradesPort;
}

interface HaltRow {
  readonly halt_version: string;
  readonly admin_reason: string | null;
  readonly admin_at_ms: string | null;
}

/**
 * When Redis has no desk but Postgres knows of fills or halts (a lost volume), builds the desk again from them: the
 * ledger from the executor's fills, the admin halt from its mirror. Sessions do not go on by themselves: an operator
 * starts them again, after a look.
 */
export async function recoverDesk({ context, store, desk, trades }: Recovery): Promise<void> {
  const { desk: known } = await store.view();
  if (known.ledger !== null || known.haltVersion > 0) return;
  const halt = (await context.database.query<HaltRow>('SELECT halt_version, admin_reason, admin_at_ms FROM halts'))
    .rows[0];
  const days = await context.database.query('SELECT 1 FROM pnl_days LIMIT 1');
  const orders = await context.database.query("SELECT 1 FROM audit_events WHERE action = 'decision.order' LIMIT 1");
  if (halt === undefined && days.rowCount === 0 && orders.rowCount === 0) return;
  const traceId = '0'.repeat(31) + '1';
  const fills = orders.rowCount === 0 ? [] : await trades.since(0, traceId);
  context.logger.warn({ fills: fills.length, halt }, 'redis has no desk: rebuilding it from postgres');
  await desk.turnNow(context.bus, (turn) => {
    restoreLedger(turn, fills);
    restoreHalt(turn, halt);
    publishHaltChange(turn, { actor: 'orchestrator', atMs: turn.nowMs, traceId, note: 'restored from the mirror' });
    audit(turn, {
      eventId: `desk.rebuilt:${String(turn.nowMs)}`,
      action: 'desk.rebuilt',
      subject: 'desk',
      details: { fills: fills.length, lastFillSeq: turn.desk.ledger?.lastFillSeq ?? 0 },
      atMs: turn.nowMs,
      traceId,
    });
  });
}

function restoreLedger(turn: Turn, fills: Awaited<ReturnType<TradesPort['since']>>): void {
  for (const fill of fills) turn.desk.ledger = applyFill(ledgerAt(turn, fill.atMs), fill).ledger;
}

function restoreHalt(turn: Turn, halt: HaltRow | undefined): void {
  if (halt === undefined) return;
  turn.desk.haltVersion = Number(halt.halt_version);
  if (halt.admin_reason === null) return;
  turn.desk.adminHalt = { reason: halt.admin_reason, atMs: Number(halt.admin_at_ms) };
}
