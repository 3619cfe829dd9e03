import type { Incoming, Outgoing, StateEntry, StateReader, StateWrite } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import type { Clock } from '@octant/platform/time/clock';
import { seededRandom } from '@octant/trading/market/random';
import { streams, type StreamName } from '@octant/trading/messages/streams';
import type { AgentsPort } from '../adapters/agents-port.js';
import type { OrchestratorSettings } from '../config.js';
import { advanceAll } from '../cycle/advance.js';
import { DeskStore } from '../desk/desk-store.js';
import { TradingDesk } from '../desk/trading-desk.js';
import { onAnalysisProgress, onAnalysisSignal } from '../handlers/on-analysis.js';
import { onExecProgress } from '../handlers/on-exec-progress.js';
import { onExecStatus } from '../handlers/on-exec-status.js';
import { onMarketCandles } from '../handlers/on-market-candles.js';
import { onRiskResponse } from '../handlers/on-risk-response.js';

/** A state store in memory with the bus's version rule. */
export class MemoryState implements StateReader {
  readonly #values = new Map<string, { version: number; json: string }>();

  read<Value>(key: string): Promise<StateEntry<Value>> {
    const entry = this.#values.get(key);
    return Promise.resolve(
      entry === undefined
        ? { version: 0, value: undefined }
        : { version: entry.version, value: JSON.parse(entry.json) as Value },
    );
  }

  /** @throws Error when a version is not the expected one: in one process nothing may be stale. */
  write(writes: readonly StateWrite[]): void {
    for (const { key, expectedVersion, value } of writes) {
      const version = this.#values.get(key)?.version ?? 0;
      if (version !== expectedVersion) throw new Error(`stale ${key}: expected ${expectedVersion}, was ${version}`);
      this.#values.set(key, { version: version + 1, json: JSON.stringify(value) });
    }
  }
}

export interface MemoryDeskOptions {
  readonly settings: OrchestratorSettings;
  readonly agents: AgentsPort;
  /** Decides which of the streams that have something is read next: groups of a stream race. */
  readonly raceSeed: number;
  /** Called with what the orchestrator publishes; answers with what the other agents publish because of it. */
  readonly answer: (message: Outgoing) => readonly Outgoing[];
}

type Handler = (message: Incoming<never>) => Promise<HandlerResult> | HandlerResult;

/**
 * The orchestrator's handlers on streams in memory. Each stream keeps its order, streams race each other, every message
 * is handled twice now and then (the second time its outputs must be the same), and ids are published once.
 */
export class MemoryDesk {
  readonly state = new MemoryState();
  readonly desk: TradingDesk;
  readonly published: Outgoing[] = [];
  readonly #handlers: Readonly<Partial<Record<string, Handler>>>;
  readonly #queues = new Map<string, Outgoing[]>();
  readonly #ids = new Set<string>();
  readonly #random: () => number;
  readonly #options: MemoryDeskOptions;
  isStalled = false;
  nowMs = 1_700_000_000_000;

  constructor(options: MemoryDeskOptions) {
    this.#options = options;
    this.#random = seededRandom(options.raceSeed);
    const clock: Clock = { now: () => this.nowMs, monotonic: () => this.nowMs, sleep: () => Promise.resolve() };
    this.desk = new TradingDesk({
      store: new DeskStore(this.state),
      agents: options.agents,
      clock,
      settings: () => options.settings,
      onOrder: () => undefined,
      onStalled: () => {
        this.isStalled = true;
      },
    });
    this.#handlers = {
      'market.candles': onMarketCandles(this.desk),
      'analysis.signals': onAnalysisSignal(this.desk),
      'analysis.progress': onAnalysisProgress(this.desk),
      'risk.responses': onRiskResponse(this.desk),
      'exec.status': onExecStatus(this.desk),
      'exec.progress': onExecProgress(this.desk),
    };
  }

  /** Publishes from outside; an id counts once, and every payload must be one that the stream's schema takes. */
  publish(message: Outgoing): void {
    if (message.id !== undefined) {
      if (this.#ids.has(message.id)) return;
      this.#ids.add(message.id);
    }
    streams[message.stream as StreamName].schema.parse(message.payload);
    this.published.push(message);
    const queue = this.#queues.get(message.stream);
    if (queue === undefined) this.#queues.set(message.stream, [message]);
    else queue.push(message);
  }

  async apply(result: HandlerResult): Promise<void> {
    this.state.write(result.state ?? []);
    result.onCommitted?.();
    for (const message of result.messages ?? []) {
      this.publish(message);
      for (const answer of this.#options.answer(message)) this.publish(answer);
    }
    await Promise.resolve();
  }

  /** Handles messages until every stream is empty. */
  async run(): Promise<void> {
    for (;;) {
      const waiting = [...this.#queues.entries()].filter(([, queue]) => queue.length > 0);
      const picked = waiting[Math.floor(this.#random() * waiting.length)];
      if (picked === undefined) {
        if (!this.isStalled) return;
        this.isStalled = false;
        await this.apply(await this.desk.turn(advanceAll));
        continue;
      }
      const [stream, queue] = picked;
      const message = queue.shift();
      const handler = this.#handlers[stream];
      if (message === undefined || handler === undefined) continue;
      const incoming = {
        id: message.id ?? '',
        stream,
        entryId: '0-1',
        payload: message.payload as never,
        traceId: 'a'.repeat(32),
        deliveries: 1,
      };
      if (this.#random() < 0.1) await handler(incoming);
      await this.apply(await handler(incoming));
    }
  }
}
