import type { Publisher, PublishReceipt } from '@octant/platform/agent/definition';
import type { Incoming, Outgoing, StateEntry, StateReader, StateWrite } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import type { Clock } from '@octant/platform/time/clock';
import { seededRandom } from '@octant/trading/market/random';
import { streams, type StreamName } from '@octant/trading/messages/streams';
import type { AgentsPort } from '../adapters/agents-port.js';
import type { OrchestratorSettings } from '../config.js';
import { advanceAll } from '../cycle/advance.js';
import type { Checkpoint, CheckpointStore } from '../desk/checkpoint.js';
import { openDesk, type Desk, type Message } from '../desk/desk-state.js';
import { DeskStore } from '../desk/desk-store.js';
import type { Session } from '../desk/session-state.js';
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
  clear(): void {
    this.#values.clear();
  }

  write(writes: readonly StateWrite[]): void {
    for (const { key, expectedVersion, value } of writes) {
      const version = this.#values.get(key)?.version ?? 0;
      if (version !== expectedVersion) throw new Error(`stale ${key}: expected ${expectedVersion}, was ${version}`);
      this.#values.set(key, { version: version + 1, json: JSON.stringify(value) });
    }
  }
}

/** Checkpoints and outbox in memory, as strict about revisions as the table. */
export class MemoryCheckpoints implements CheckpointStore {
  readonly outbox: Message[] = [];
  #kept: string | undefined;
  readonly #sessions = new Map<string, string>();

  save({ desk, sessions }: Checkpoint, messages: readonly Message[]): Promise<boolean> {
    if (this.#desk().revision >= desk.revision) return Promise.resolve(false);
    this.#kept = JSON.stringify(desk);
    for (const session of sessions) this.#sessions.set(session.sessionId, JSON.stringify(session));
    this.outbox.push(...messages);
    return Promise.resolve(true);
  }

  revision(): Promise<number> {
    return Promise.resolve(this.#desk().revision);
  }

  load(): Promise<Checkpoint | undefined> {
    if (this.#kept === undefined) return Promise.resolve(undefined);
    const sessions = [...this.#sessions.values()].map((json) => JSON.parse(json) as Session);
    return Promise.resolve({ desk: this.#desk(), sessions });
  }

  #desk(): Desk {
    return this.#kept === undefined ? openDesk() : (JSON.parse(this.#kept) as Desk);
  }
}

export interface MemoryDeskOptions {
  readonly settings: OrchestratorSettings;
  readonly agents: AgentsPort;
  /** Decides which of the streams that have something is read next: groups of a stream race. */
  readonly raceSeed: number;
  /** Called with what the orchestrator publishes; answers with what the other agents publish because of it. */
  readonly answer: (message: Outgoing) => readonly Outgoing[];
  /** What the other agents publish again from their outboxes after Redis was emptied. */
  readonly outboxes?: () => readonly Outgoing[];
}

type Handler = (message: Incoming<never>) => Promise<HandlerResult> | HandlerResult;

/**
 * The orchestrator's handlers on streams in memory. Each stream keeps its order, streams race each other, every message
 * is handled twice now and then (the second time its outputs must be the same), and ids are published once.
 */
export class MemoryDesk implements Publisher {
  readonly state = new MemoryState();
  readonly checkpoints = new MemoryCheckpoints();
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
      checkpoints: this.checkpoints,
      bus: this,
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
  publish(message: Message | Outgoing): Promise<PublishReceipt> {
    const receipt = { entryId: '0-1', durability: 'memory' } as const;
    if (message.id !== undefined) {
      if (this.#ids.has(message.id)) return Promise.resolve({ ...receipt, duplicate: true });
      this.#ids.add(message.id);
    }
    streams[message.stream as StreamName].schema.parse(message.payload);
    this.published.push(message);
    const queue = this.#queues.get(message.stream);
    if (queue === undefined) this.#queues.set(message.stream, [message]);
    else queue.push(message);
    return Promise.resolve({ ...receipt, duplicate: false });
  }

  async commit(change: { messages: readonly Outgoing[]; state: readonly StateWrite[] }): Promise<'ok' | 'stale'> {
    this.state.write(change.state);
    for (const message of change.messages) {
      await this.publish(message);
      for (const answer of this.#options.answer(message)) await this.publish(answer);
    }
    return 'ok';
  }

  async apply(result: HandlerResult): Promise<void> {
    await this.commit({ messages: result.messages ?? [], state: result.state ?? [] });
    result.onCommitted?.();
  }

  /** Empties what stands for Redis, and does what the agents do then; a handler may have been running. */
  async flush(): Promise<void> {
    this.#queues.clear();
    this.#ids.clear();
    this.state.clear();
    await this.desk.rebuild({ state: this.state, bus: this });
    const kept = [...this.checkpoints.outbox, ...(this.#options.outboxes?.() ?? [])];
    for (const message of kept) await this.commit({ messages: [message], state: [] });
    // What waited for an agent is looked at by the schedule that sees that the desk is not settled.
    this.isStalled = true;
  }

  /** Handles messages until every stream is empty; before each, `disturb` may do something. */
  async run(disturb: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    for (;;) {
      await disturb();
      const waiting = [...this.#queues.entries()].filter(([, queue]) => queue.length > 0);
      const picked = waiting[Math.floor(this.#random() * waiting.length)];
      if (picked === undefined) {
        if (!this.isStalled) return;
        this.isStalled = false;
        await this.desk.turnNow(advanceAll);
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
