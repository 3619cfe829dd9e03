import { AsyncLocalStorage } from 'node:async_hooks';

/** What came back over HTTP, before ccxt reads it. */
export interface CcxtReply {
  readonly status: number;
  readonly headers: unknown;
  readonly body: string;
}

/** What is known of one request while it runs. */
export interface RequestTrace {
  sent: boolean;
  reply: CcxtReply | undefined;
  /** When it left and when it was answered; between being asked for and leaving it may have waited. */
  sentAtMs: number;
  answeredAtMs: number;
}

/** The two places of a ccxt exchange through which each request and each answer goes. */
export interface TracedClient {
  fetch(url: string, method?: string, headers?: unknown, body?: unknown): Promise<unknown>;
  onRestResponse(
    ...response: readonly [status: number, text: string, url: string, method: string, headers: unknown, body: string]
  ): string;
}

/**
 * Tells for each request whether it was sent and what was answered. ccxt keeps only the last answer of all requests, which
 * is another's where several run at once.
 */
export class RequestTracer {
  readonly #traces = new AsyncLocalStorage<RequestTrace>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  attach(client: TracedClient): void {
    const fetch = client.fetch.bind(client);
    client.fetch = (...request) => {
      const trace = this.#traces.getStore();
      if (trace !== undefined) {
        trace.sent = true;
        trace.sentAtMs = this.#now();
        trace.reply = undefined;
      }
      return fetch(...request);
    };
    const onResponse = client.onRestResponse.bind(client);
    client.onRestResponse = (...response) => {
      const [status, , , , headers, body] = response;
      const trace = this.#traces.getStore();
      if (trace !== undefined) {
        trace.answeredAtMs = this.#now();
        trace.reply = { status, headers, body };
      }
      return onResponse(...response);
    };
  }

  run<Answer>(trace: RequestTrace, ask: (trace: RequestTrace) => Promise<Answer>): Promise<Answer> {
    return this.#traces.run(trace, ask, trace);
  }
}
