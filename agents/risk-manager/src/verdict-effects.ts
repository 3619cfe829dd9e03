import type { Outgoing } from '@octant/platform/bus/message';
import type { AuditEvent } from '@octant/trading/messages/audit-event';
import type { NotifyEvent } from '@octant/trading/messages/notify-event';
import type { RiskQuestion, Verdict } from './verdict.js';

/** What an effect needs beside question and verdict; `exposure` may be missing from the question. */
export interface VerdictEffectsInput {
  readonly question: Omit<RiskQuestion, 'exposure'>;
  readonly verdict: Verdict;
  readonly traceId: string;
  /** ISO instant of publishing. */
  readonly ts: string;
}

/**
 * The audit event of a verdict and, for a refusal, its notice. Their ids are functions of request and outcome: asked over
 * HTTP and then by stream, or again after a crash, the same verdict makes them once.
 */
export function effectsOf(input: VerdictEffectsInput): readonly (Outgoing & { readonly id: string })[] {
  return input.verdict.ok ? [auditOf(input)] : [auditOf(input), noticeOf(input, input.verdict)];
}

function factsOf({ question, verdict }: VerdictEffectsInput): Record<string, unknown> {
  const { symbol, side, qty, price, confidence, sessionId } = question;
  return {
    symbol,
    side,
    qty,
    price,
    confidence,
    riskScore: verdict.riskScore,
    haltVersion: verdict.haltVersion,
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(verdict.ok ? {} : { code: verdict.code, reason: verdict.reason }),
  };
}

function auditOf(input: VerdictEffectsInput): Outgoing & { readonly id: string } {
  const { question, verdict, traceId, ts } = input;
  const eventId = `risk:${question.requestId}:${verdict.ok ? 'approved' : verdict.code}`;
  const payload: AuditEvent = {
    eventId,
    actor: 'risk-manager',
    action: verdict.ok ? 'risk.approved' : 'risk.refused',
    subject: question.requestId,
    details: factsOf(input),
    atMs: question.atMs,
    requestId: question.requestId,
    ts,
    traceId,
  };
  return { stream: 'audit.events', type: payload.action, id: eventId, payload };
}

function noticeOf(
  input: VerdictEffectsInput,
  refusal: Extract<Verdict, { ok: false }>,
): Outgoing & { readonly id: string } {
  const { question, traceId, ts } = input;
  const payload: NotifyEvent = {
    type: 'risk_reject',
    severity: 'warning',
    message: `${question.symbol} ${question.side} of ${question.qty} refused: ${refusal.reason}`,
    context: factsOf(input),
    requestId: question.requestId,
    ts,
    traceId,
  };
  return {
    stream: 'notify.events',
    type: 'risk_reject',
    id: `risk_reject:${question.requestId}:${refusal.code}`,
    payload,
  };
}
