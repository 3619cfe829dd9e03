import type { Operations, OperationRequest } from '@octant/platform/http/operation';
import { resetDay, withDayHalt } from '@octant/trading/portfolio/ledger';
import { advanceAll } from '../cycle/advance.js';
import { haltReasonOf, type Desk } from '../desk/desk-state.js';
import { publishHaltChange } from '../desk/halts.js';
import { audit } from '../desk/notices.js';
import type { Turn } from '../desk/turn.js';
import { pnlStatusOf } from '../desk/views.js';
import type { DeskRoutes } from './desk-routes.js';

/** Halt, unhalt and reset by an admin; each is audited with who did it. */
export function adminHaltRoutes(parts: DeskRoutes): Operations {
  return {
    haltDesk: async (request) => ({ status: 200, body: await parts.change((turn) => halt(turn, request)) }),
    unhaltDesk: async (request) => ({ status: 200, body: await parts.change((turn) => unhalt(turn, request)) }),
    resetPnl: async (request) => ({
      status: 200,
      body: await parts.change((turn) => {
        reset(turn, request);
        return pnlStatusOf(turn.desk, turn.settings, turn.nowMs);
      }),
    }),
  };
}

function haltStateOf(desk: Desk) {
  return { halted: haltReasonOf(desk) !== null, haltReason: haltReasonOf(desk), haltVersion: desk.haltVersion };
}

/** For the audit; an admin may halt a desk that the day has halted already, which publishes nothing. */
function haltOf({ haltVersion, adminHalt }: Desk) {
  return { haltVersion, adminHalt };
}

function halt(turn: Turn, request: OperationRequest) {
  const reason = reasonOf(request, 'halted by an admin');
  turn.desk.adminHalt ??= { reason, atMs: turn.nowMs };
  publishHaltChange(turn, causeOf(turn, request, reason));
  recordAdmin(turn, request, { action: 'admin.halt', details: { reason, ...haltOf(turn.desk) } });
  return haltStateOf(turn.desk);
}

async function unhalt(turn: Turn, request: OperationRequest) {
  const { desk } = turn;
  const reason = reasonOf(request, 'lifted by an admin');
  desk.adminHalt = null;
  if (desk.ledger !== null) desk.ledger = withDayHalt(desk.ledger, null);
  publishHaltChange(turn, causeOf(turn, request, reason));
  recordAdmin(turn, request, { action: 'admin.unhalt', details: { reason, ...haltOf(desk) } });
  await advanceAll(turn);
  return haltStateOf(desk);
}

function reset(turn: Turn, request: OperationRequest): void {
  const { desk } = turn;
  if (desk.ledger !== null) desk.ledger = resetDay(desk.ledger, Math.max(desk.ledger.day.startMs, latestTimeOf(turn)));
  recordAdmin(turn, request, { action: 'admin.pnl_reset', details: { day: desk.ledger?.day.day ?? null } });
  publishHaltChange(turn, causeOf(turn, request, 'pnl reset'));
}

/** Domain time: the newest close of a running session, or the wall clock. */
function latestTimeOf(turn: Turn): number {
  const closes = [...turn.sessions.values()].flatMap((session) => session.lastCloseTimeMs ?? []);
  return closes.length === 0 ? (turn.desk.ledger?.day.startMs ?? turn.nowMs) : Math.max(...closes);
}

function reasonOf(request: OperationRequest, otherwise: string): string {
  const { reason } = (request.body ?? {}) as { reason?: string };
  return reason ?? otherwise;
}

function causeOf(turn: Turn, request: OperationRequest, note: string) {
  return { actor: request.identity.name, atMs: turn.nowMs, traceId: request.traceId, note };
}

function recordAdmin(
  turn: Turn,
  request: OperationRequest,
  { action, details }: { action: string; details: Readonly<Record<string, unknown>> },
): void {
  turn.keep();
  audit(turn, {
    eventId: `${action}:${request.requestId}`,
    actor: request.identity.name,
    action,
    subject: 'desk',
    details,
    atMs: turn.nowMs,
    requestId: request.requestId,
    traceId: request.traceId,
  });
}
