import type { Bus } from '@octant/platform/bus/bus';
import type { AgentDesk } from '../../support/agent-desk.js';
import { HOUR_MS, START_MS } from './made-candles.js';
import { StreamTail } from './stream-tail.js';

const envelope = { ts: '2024-01-01T00:00:00.000Z', traceId: '0af7651916cd43dd8448eb211c80319c' };

export interface DriverSession {
  readonly sessionId: string;
  readonly source: string;
  readonly symbols: readonly string[];
  readonly strategy: string;
  readonly fromMs?: number;
  readonly toMs?: number;
}

/** Plays the orchestrator's part towards the analyst: watch, analyze, advance. */
export class DeskDriver {
  readonly candles: StreamTail;
  readonly progress: StreamTail;
  readonly signals: StreamTail;
  readonly #bus: Bus;

  constructor(desk: AgentDesk) {
    const { redis, prefix } = desk.servers;
    this.#bus = desk.bus;
    this.candles = new StreamTail(redis, `${prefix}market.candles`);
    this.progress = new StreamTail(redis, `${prefix}analysis.progress`);
    this.signals = new StreamTail(redis, `${prefix}analysis.signals`);
  }

  async watch(session: DriverSession): Promise<void> {
    await this.#command(`watch:${session.sessionId}`, {
      type: 'watch',
      timeframe: '1h',
      historyFromMs: START_MS,
      ...session,
    });
  }

  async analyze(session: DriverSession, symbol: string, closeTimeMs: number): Promise<void> {
    const { sessionId, strategy, source } = session;
    const requestId = `${sessionId}.${symbol}.${String(closeTimeMs)}`;
    await this.#command(`analyze:${requestId}`, {
      type: 'analyze',
      requestId,
      symbol,
      sessionId,
      strategy,
      source,
      timeframe: '1h',
      historyFromMs: START_MS,
      closeTimeMs,
    });
  }

  async advance(sessionId: string, closeTimeMs: number): Promise<void> {
    await this.#command(`advance:${sessionId}:${String(closeTimeMs)}`, { type: 'advance', sessionId, closeTimeMs });
  }

  async unwatch(sessionId: string): Promise<void> {
    await this.#command(`unwatch:${sessionId}`, { type: 'unwatch', sessionId });
  }

  /** The next closed step: each of its symbols is analysed, then the feed may go on. True on the last one. */
  async step(session: DriverSession): Promise<boolean> {
    const { payload } = await this.candles.next();
    const closeTimeMs = Number(payload['closeTimeMs']);
    const symbols = (payload['candles'] as { symbol: string }[]).map(({ symbol }) => symbol);
    for (const symbol of symbols) await this.analyze(session, symbol, closeTimeMs);
    for (const _ of symbols) await this.progress.next();
    await this.advance(session.sessionId, closeTimeMs);
    return payload['last'] === true;
  }

  close(): void {
    for (const tail of [this.candles, this.progress, this.signals]) tail.close();
  }

  async #command(id: string, fields: Record<string, unknown>): Promise<void> {
    const payload = { ...fields, ...envelope };
    await this.#bus.publish({ stream: 'orchestrator.commands', type: String(fields['type']), id, payload });
  }
}

export function closeTimesOf(count: number): number[] {
  return Array.from({ length: count }, (_, index) => START_MS + (index + 1) * HOUR_MS);
}
