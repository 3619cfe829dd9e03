import type { SlackMessage } from '../slack/slack-message.js';

/** What became of one attempt. */
export type SendOutcome =
  | { readonly kind: 'sent' }
  /** Slack asks to wait. */
  | { readonly kind: 'rate_limited'; readonly retryAfterMs: number }
  /** Slack does not take this message and never will. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The webhook does not work now: unreachable, failing, revoked, its channel archived. It may have been posted. */
  | { readonly kind: 'unavailable'; readonly reason: string };

export interface SendRequest {
  readonly url: string;
  readonly channel: string | undefined;
  readonly message: SlackMessage;
  readonly timeoutMs: number;
  /** Ends the attempt early. */
  readonly signal: AbortSignal;
}

export interface SlackSender {
  send(request: SendRequest): Promise<SendOutcome>;
}

const DEFAULT_RETRY_AFTER_MS = 30_000;
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/** Sends by Slack's own webhook client, which is loaded at the first message. One attempt a call: repeating is the table's business. */
export const slackSender: SlackSender = {
  async send({ url, channel, message, timeoutMs, signal }) {
    const { IncomingWebhook, IncomingWebhookHTTPError } = await import('@slack/webhook');
    let retryAfter: string | null = null;
    const webhook = new IncomingWebhook(url, {
      ...(channel === undefined ? {} : { channel }),
      timeout: timeoutMs,
      // The client's errors carry no headers.
      fetch: async (target, init) => {
        const ends = AbortSignal.any(init?.signal === undefined ? [signal] : [init.signal, signal]);
        const response = await fetch(target, { ...init, signal: ends });
        retryAfter = response.headers.get('retry-after');
        return response;
      },
    });
    try {
      await webhook.send(message);
      return { kind: 'sent' };
    } catch (error) {
      if (error instanceof IncomingWebhookHTTPError) {
        return outcomeOf({ status: error.statusCode, body: error.body, retryAfter });
      }
      return { kind: 'unavailable', reason: reasonOf(error) };
    }
  },
};

/** @source Slack's documentation of incoming webhooks: error strings by status, and Retry-After of 429 in seconds. */
function outcomeOf(answer: { status: number; body: string; retryAfter: string | null }): SendOutcome {
  const reason = `${String(answer.status)} ${answer.body.slice(0, 200)}`.trim();
  if (answer.status === 429) return { kind: 'rate_limited', retryAfterMs: retryAfterMs(answer.retryAfter) };
  if (answer.status === 400 || answer.status === 413) return { kind: 'refused', reason };
  return { kind: 'unavailable', reason };
}

function retryAfterMs(header: string | null): number {
  const seconds = Number(header);
  if (header === null || !Number.isFinite(seconds) || seconds < 0) return DEFAULT_RETRY_AFTER_MS;
  return Math.min(LONGEST_RETRY_AFTER_MS, seconds * 1000);
}

/** The innermost cause says what happened (`ECONNREFUSED`); the webhook's URL, a secret, is in none of them. */
function reasonOf(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  if (!(inner instanceof Error)) return String(error);
  return inner.message === '' ? inner.name : inner.message;
}
