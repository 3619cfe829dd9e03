import { haltReasonOf } from './desk-state.js';
import { audit, notify } from './notices.js';
import { stamp, type Turn } from './turn.js';

/** Who changed the halt and when, for the audit. */
export interface HaltCause {
  readonly actor: string;
  readonly atMs: number;
  readonly traceId: string;
  readonly note?: string;
}

/**
 * Publishes a halt or unhalt command when the desk's halt state is no longer the one that was published last. Call it
 * after every change of `adminHalt` or of the day's halt.
 */
export function publishHaltChange(turn: Turn, cause: HaltCause): void {
  const { desk } = turn;
  const reason = haltReasonOf(desk);
  const halted = reason !== null;
  if (halted === desk.haltPublished) return;
  desk.haltPublished = halted;
  desk.haltVersion += 1;
  const type = halted ? 'halt' : 'unhalt';
  const why = cause.note ?? reason ?? 'lifted';
  const id = `${type}:${desk.haltVersion}`;
  turn.messages.push({
    stream: 'orchestrator.commands',
    type,
    id: `command:${id}`,
    payload: { type, reason: why, haltVersion: desk.haltVersion, ...stamp(turn, cause.traceId) },
  });
  audit(turn, {
    eventId: id,
    actor: cause.actor,
    action: type,
    subject: 'desk',
    details: { reason: why, haltVersion: desk.haltVersion, adminHalt: desk.adminHalt },
    atMs: cause.atMs,
    traceId: cause.traceId,
  });
  notify(turn, {
    id,
    type,
    severity: halted ? 'critical' : 'info',
    message: halted ? `Trading halted: ${why}` : `Trading resumed: ${why}`,
    context: { reason: why, haltVersion: desk.haltVersion },
    traceId: cause.traceId,
  });
}
