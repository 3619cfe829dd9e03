import type { Clock } from '@octant/platform/time/clock';
import { severity, type Severity } from '@octant/trading/messages/notify-event';
import type { Logger } from 'pino';
import type { Claim, DeliveryQueue } from '../adapters/deliveries-table.js';
import type { SendOutcome, SlackSender } from '../adapters/slack-sender.js';
import { slackMessageOf } from './slack-message.js';
import type { SlackWebhooks } from './webhooks.js';

export interface SlackDeliveryParts {
  readonly queue: DeliveryQueue;
  readonly sender: SlackSender;
  readonly webhooks: SlackWebhooks;
  readonly settings: () => {
    readonly timeoutMs: number;
    readonly channels: Readonly<Partial<Record<Severity, string>>>;
  };
  readonly clock: Clock;
  /** In [0, 1), for the jitter. */
  readonly random: () => number;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
  readonly onOutcome: (outcome: 'sent' | 'failed' | 'retried' | 'rate_limited') => void;
}

/** A claimed delivery may be taken over this long after its attempt must have ended. */
const LEASE_SLACK_MS = 30_000;
const BACKOFF_BASE_MS = 500;
const BACKOFF_CAP_MS = 60_000;
const STOP_WAIT_MS = 2000;
const REST_MS = 5000;

interface Pause {
  readonly untilMs: number;
  readonly failures: number;
}

/**
 * Sends what waits, oldest first, one at a time. A webhook that fails or asks to wait is left alone for a while, all its
 * notices with it, so that an outage costs one attempt a pause and not one a notice.
 */
export class SlackDelivery {
  readonly #parts: SlackDeliveryParts;
  readonly #pauses = new Map<string, Pause>();
  readonly #abort = new AbortController();
  #running: Promise<void> | undefined;
  #restUntilMs = 0;
  #stopping = false;

  constructor(parts: SlackDeliveryParts) {
    this.#parts = parts;
  }

  /** Sends until nothing is due; joins a run that is under way. */
  run(): Promise<void> {
    if (this.#stopping) return Promise.resolve();
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Begins a run in the background; after a failure of the queue, not before a rest. */
  wake(): void {
    const { clock, logger } = this.#parts;
    if (clock.now() < this.#restUntilMs) return;
    this.run().catch((error: unknown) => {
      this.#restUntilMs = clock.now() + REST_MS;
      logger.warn({ err: error, restMs: REST_MS }, 'the queue of notices cannot be read, trying again');
    });
  }

  /** Lets the attempt under way finish for a moment, then ends it; it goes back to the queue. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#running === undefined) return;
    const ended = this.#running.catch(() => undefined);
    await Promise.race([ended, this.#parts.clock.sleep(STOP_WAIT_MS)]);
    this.#abort.abort();
    await ended;
  }

  async #drain(): Promise<void> {
    const { queue, clock, settings } = this.#parts;
    while (!this.#stopping) {
      const severities = this.#open(clock.now());
      if (severities.length === 0) return;
      const leaseMs = settings().timeoutMs + LEASE_SLACK_MS;
      const claim = await queue.claim({ severities, nowMs: clock.now(), leaseMs });
      if (claim === undefined) return;
      await this.#attempt(claim);
    }
  }

  /** Severities whose webhook may be used now. */
  #open(nowMs: number): Severity[] {
    const { webhooks } = this.#parts;
    return severity.options.filter((name) => {
      const url = webhooks[name];
      return url !== undefined && (this.#pauses.get(url)?.untilMs ?? 0) <= nowMs;
    });
  }

  async #attempt(claim: Claim): Promise<void> {
    const { sender, webhooks, settings } = this.#parts;
    const { notice } = claim;
    const url = webhooks[notice.severity];
    if (url === undefined) throw new Error(`expected a webhook for ${notice.severity}, was none`);
    const { timeoutMs, channels } = settings();
    const outcome = await sender.send({
      url,
      channel: channels[notice.severity],
      message: slackMessageOf(notice),
      timeoutMs,
      signal: this.#abort.signal,
    });
    await this.#settle({ claim, url, outcome });
  }

  async #settle({ claim, url, outcome }: { claim: Claim; url: string; outcome: SendOutcome }): Promise<void> {
    const { queue, clock, onOutcome, logger } = this.#parts;
    const fields = { noticeId: claim.notice.id, traceId: claim.notice.traceId, attempts: claim.attempts };
    switch (outcome.kind) {
      case 'sent':
        this.#pauses.delete(url);
        await queue.settle(claim, { state: 'sent', sentAtMs: clock.now() });
        onOutcome('sent');
        return;
      case 'refused':
        logger.error({ ...fields, reason: outcome.reason }, 'Slack does not take this notice');
        await queue.settle(claim, { state: 'failed', reason: outcome.reason });
        onOutcome('failed');
        return;
      case 'rate_limited': {
        const dueAtMs = clock.now() + outcome.retryAfterMs;
        this.#pauses.set(url, { untilMs: dueAtMs, failures: this.#pauses.get(url)?.failures ?? 0 });
        await queue.settle(claim, { state: 'pending', reason: '429 rate limited', dueAtMs });
        onOutcome('rate_limited');
        return;
      }
      case 'unavailable': {
        const failures = (this.#pauses.get(url)?.failures ?? 0) + 1;
        const nowMs = clock.now();
        this.#pauses.set(url, { untilMs: nowMs + this.#backoffMs(failures), failures });
        const dueAtMs = nowMs + this.#backoffMs(claim.attempts);
        logger.warn({ ...fields, failures, reason: outcome.reason }, 'Slack did not answer as it should, trying again');
        await queue.settle(claim, { state: 'pending', reason: outcome.reason, dueAtMs });
        onOutcome('retried');
      }
    }
  }

  /** Half fixed, half random, doubled a failure. */
  #backoffMs(failures: number): number {
    const full = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** Math.min(20, failures - 1));
    return full / 2 + (full / 2) * this.#parts.random();
  }
}
