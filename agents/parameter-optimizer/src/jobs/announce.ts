import type { Outgoing } from '@octant/platform/bus/message';
import type { AuditEvent } from '@octant/trading/messages/audit-event';
import type { NotifyEvent } from '@octant/trading/messages/notify-event';
import type { OptResult } from '@octant/trading/messages/optimizer';
import type { Figures, Job, Outcome } from './job.js';

type Root = Outgoing & { readonly id: string };

/** The messages of an ended job; their ids follow from the job's, so that a repeat is one message. */
export function announcementOf(job: Job, ts: string): readonly Root[] {
  if (job.outcome === undefined) return [failureNotice(job, ts)];
  return [resultOf(job, job.outcome, ts), recommendationNotice(job, job.outcome, ts), auditOf(job, job.outcome, ts)];
}

function resultOf({ jobId, requestId, strategy, traceId }: Job, outcome: Outcome, ts: string): Root {
  const { recommended, better, holdout } = outcome;
  const payload: OptResult = {
    jobId,
    requestId,
    strategy,
    recommended,
    backtest: { ...holdout.recommended },
    current: { ...holdout.current },
    better,
    approval: 'pending',
    ts,
    traceId,
  };
  return { stream: 'opt.results', type: 'result', payload, id: `opt.results:${jobId}` };
}

function recommendationNotice({ jobId, requestId, strategy, traceId }: Job, outcome: Outcome, ts: string): Root {
  const { recommended, current, better, holdout } = outcome;
  const verdict = better ? 'better than the current ones' : 'not better than the current ones';
  const payload: NotifyEvent = {
    type: 'optimizer_recommendation',
    severity: 'info',
    message:
      `New parameters for ${strategy}, ${verdict} on candles that the search never saw: ` +
      `${textOf(holdout.recommended)}; current ${textOf(holdout.current)}`,
    context: { jobId, strategy, recommended, current, better, holdout, approval: 'pending' },
    requestId,
    ts,
    traceId,
  };
  return { stream: 'notify.events', type: payload.type, payload, id: `notify:optimizer:${jobId}` };
}

function failureNotice({ jobId, requestId, strategy, traceId, failure, reason }: Job, ts: string): Root {
  const payload: NotifyEvent = {
    type: 'optimizer_failed',
    severity: 'warning',
    message: `No recommendation for ${strategy}: ${failure ?? 'unknown'}`,
    context: { jobId, strategy, reason },
    requestId,
    ts,
    traceId,
  };
  return { stream: 'notify.events', type: payload.type, payload, id: `notify:optimizer:${jobId}` };
}

function auditOf({ jobId, requestId, strategy, traceId, reason }: Job, outcome: Outcome, ts: string): Root {
  const { recommended, current, better, holdout } = outcome;
  const payload: AuditEvent = {
    eventId: `optimizer.recommended:${jobId}`,
    actor: 'parameter-optimizer',
    action: 'optimizer.recommended',
    subject: strategy,
    details: { jobId, reason, recommended, current, better },
    atMs: holdout.toMs,
    requestId,
    ts,
    traceId,
  };
  return { stream: 'audit.events', type: 'audit', payload, id: `audit:${payload.eventId}` };
}

function textOf({ returnRatio, maxDD, sharpe, trades }: Figures): string {
  const percent = (ratio: number) => `${(100 * ratio).toFixed(2)} %`;
  const ratio = sharpe === null ? 'undefined' : sharpe.toFixed(2);
  return `return ${percent(returnRatio)}, drawdown ${percent(maxDD)}, Sharpe ${ratio}, ${String(trades)} trades`;
}
