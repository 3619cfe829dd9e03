import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { DecimalCandle } from '@octant/trading/market/candle';
import { report, type Report } from '@octant/trading/backtest/report';
import { deskOverview, session, type DeskOverview, type Session } from './desk-overview.js';
import { AgentAnswerError } from './problem.js';
import { candlePage, ingestReply, storedSeries, type IngestReply, type StoredSeries } from './stored-series.js';

export interface RunRequest {
  readonly symbols: readonly string[];
  readonly timeframe: string;
  readonly mode: string;
  readonly strategy: string;
  readonly source: string;
  readonly fromMs?: number;
  readonly toMs?: number;
}

const TIMEOUT_MS = 15_000;
/** How long an agent may be away, e.g. because it is started again. */
const PATIENCE_MS = 60_000;
const RETRY_MS = 200;

interface CallOptions {
  readonly body?: unknown;
  readonly timeoutMs: number;
  readonly idempotencyKey?: string | undefined;
  /** False: the first failure counts. */
  readonly patient?: boolean;
}

/** Speaks to the orchestrator and the market analyst over HTTP. */
export class DeskClient {
  readonly #urls: { readonly orchestrator: string; readonly analyst: string };
  readonly #headers: Readonly<Record<string, string>>;
  readonly #signal: AbortSignal;

  /** `token` is the service token or the admin token, named by its header; `signal` ends all waiting. */
  constructor(
    urls: { orchestrator: string; analyst: string },
    token: { header: string; value: string },
    signal: AbortSignal,
  ) {
    this.#urls = urls;
    this.#signal = signal;
    this.#headers = { 'content-type': 'application/json', [token.header]: token.value };
  }

  /** Not waited for: the screen says that it is away. */
  async overview(): Promise<DeskOverview> {
    return deskOverview.parse(await this.#get('/desk/overview', { timeoutMs: 3000, patient: false }));
  }

  async sessions(): Promise<readonly Session[]> {
    return z.object({ sessions: z.array(session) }).parse(await this.#get('/orchestrate/sessions')).sessions;
  }

  async session(sessionId: string): Promise<Session> {
    return session.parse(await this.#get(`/orchestrate/sessions/${encodeURIComponent(sessionId)}`));
  }

  async report(sessionId: string): Promise<Report> {
    return report.parse(
      await this.#get(`/orchestrate/sessions/${encodeURIComponent(sessionId)}/report`, { timeoutMs: 60_000 }),
    );
  }

  async run(request: RunRequest): Promise<string> {
    const body = await this.#post(`${this.#urls.orchestrator}/orchestrate/run`, request, randomUUID());
    return z.object({ sessionId: z.string() }).parse(body).sessionId;
  }

  async stop(sessionId: string): Promise<void> {
    await this.#post(`${this.#urls.orchestrator}/orchestrate/stop`, { sessionId });
  }

  async ingest(
    source: string,
    series: { symbol: string; timeframe: string; candles: readonly DecimalCandle[]; replace?: boolean },
  ): Promise<IngestReply> {
    const candles = series.candles.map((c) => [c.openTimeMs, c.open, c.high, c.low, c.close, c.volume]);
    const body = { ...series, source, candles };
    return ingestReply.parse(await this.#post(`${this.#urls.analyst}/analysis/ingest`, body));
  }

  /** One page of stored candles, oldest first. */
  async candles(query: Readonly<Record<string, string | number>>): Promise<readonly DecimalCandle[]> {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) search.set(name, String(value));
    const url = `${this.#urls.analyst}/analysis/candles?${search.toString()}`;
    return candlePage.parse(await this.#call('GET', url, { timeoutMs: 60_000 })).candles;
  }

  /** What is stored, by source, symbol and timeframe. */
  async series(): Promise<readonly StoredSeries[]> {
    const body = await this.#call('GET', `${this.#urls.analyst}/analysis/series`, { timeoutMs: 60_000 });
    return z.object({ series: z.array(storedSeries) }).parse(body).series;
  }

  #get(path: string, options: CallOptions = { timeoutMs: TIMEOUT_MS }): Promise<unknown> {
    return this.#call('GET', `${this.#urls.orchestrator}${path}`, options);
  }

  #post(url: string, body: unknown, idempotencyKey?: string): Promise<unknown> {
    return this.#call('POST', url, { body, timeoutMs: 60_000, idempotencyKey });
  }

  /** Every call may be repeated, so an agent that is just coming up again is waited for. */
  async #call(method: string, url: string, options: CallOptions): Promise<unknown> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await this.#callOnce(method, url, options);
      } catch (error) {
        this.#signal.throwIfAborted();
        const isLasting = error instanceof AgentAnswerError && error.status !== 503;
        if (isLasting || performance.now() > deadline || options.patient === false) throw error;
        await sleep(RETRY_MS);
      }
    }
  }

  async #callOnce(method: string, url: string, options: CallOptions): Promise<unknown> {
    const key = options.idempotencyKey;
    const response = await fetch(url, {
      method,
      headers: { ...this.#headers, ...(key === undefined ? {} : { 'idempotency-key': key }) },
      signal: AbortSignal.any([this.#signal, AbortSignal.timeout(options.timeoutMs)]),
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    const body: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw new AgentAnswerError({ call: `${method} ${url}`, status: response.status, body });
    return body;
  }
}
