import type { Claim, DeliveryQueue, Settlement } from '../adapters/deliveries-table.js';
import type { SendOutcome, SendRequest, SlackSender } from '../adapters/slack-sender.js';
import type { SlackNotice } from '../slack/slack-message.js';

export function aNotice(fields: Partial<SlackNotice> = {}): SlackNotice {
  return {
    id: 'n1',
    type: 'risk_reject',
    severity: 'warning',
    message: 'BTC-USDT buy of 11 refused',
    context: { symbol: 'BTC-USDT', riskScore: 1 },
    requestId: 'r1',
    traceId: 't1',
    publishedAt: '2024-01-01T01:00:00.000Z',
    ...fields,
  };
}

interface Waiting {
  readonly notice: SlackNotice;
  attempts: number;
  dueAtMs: number;
  leaseUntilMs: number | undefined;
  settlement: Settlement | undefined;
}

/** The queue's rules in memory. */
export class MemoryQueue implements DeliveryQueue {
  readonly waiting: Waiting[] = [];
  broken = false;

  add(notice: SlackNotice): void {
    this.waiting.push({ notice, attempts: 0, dueAtMs: 0, leaseUntilMs: undefined, settlement: undefined });
  }

  claim({ severities, nowMs, leaseMs }: Parameters<DeliveryQueue['claim']>[0]): Promise<Claim | undefined> {
    if (this.broken) return Promise.reject(new Error('expected Postgres to answer, was gone'));
    const next = this.waiting.find(
      ({ notice, settlement, dueAtMs, leaseUntilMs }) =>
        severities.includes(notice.severity) &&
        (settlement === undefined || settlement.state === 'pending') &&
        (leaseUntilMs ?? dueAtMs) <= nowMs,
    );
    if (next === undefined) return Promise.resolve(undefined);
    next.attempts += 1;
    next.leaseUntilMs = nowMs + leaseMs;
    return Promise.resolve({ notice: next.notice, attempts: next.attempts, leaseUntilMs: next.leaseUntilMs });
  }

  settle(claim: Claim, settlement: Settlement): Promise<void> {
    const row = this.waiting.find(({ notice }) => notice.id === claim.notice.id);
    if (row === undefined) throw new Error(`expected the delivery of ${claim.notice.id}, was none`);
    row.settlement = settlement;
    row.leaseUntilMs = undefined;
    if (settlement.state === 'pending') row.dueAtMs = settlement.dueAtMs;
    return Promise.resolve();
  }

  giveUp(): Promise<number> {
    return Promise.resolve(0);
  }

  states(): Record<string, string> {
    return Object.fromEntries(
      this.waiting.map(({ notice, settlement }) => [notice.id, settlement?.state ?? 'untouched']),
    );
  }
}

/** Answers with what it is told to, by webhook. */
export class ScriptedSender implements SlackSender {
  readonly sent: SendRequest[] = [];
  outcomes: Record<string, SendOutcome> = {};

  send(request: SendRequest): Promise<SendOutcome> {
    this.sent.push(request);
    return Promise.resolve(this.outcomes[request.url] ?? { kind: 'sent' });
  }
}
