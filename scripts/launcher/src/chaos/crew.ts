import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { LogFile } from '../supervise/log-file.js';
import type { RootPlan } from './plan/roots.js';
import { type Observer, readStreams } from './observer.js';
import { chaosDesk, type ChaosServers } from './open-servers.js';
import type { ChaosSettings } from './processes/settings.js';
import { SupervisedChild, type ProgramName } from './supervised-child.js';

/** Roots before the last known one that a new producer publishes again, as one does that lost its memory. */
const REPUBLISHED = 25;
const STOP_GRACE_MS = 15_000;

/** A worker's process that ended, with what it held; undefined when Redis could not say. */
export interface WorkerDeath {
  readonly pid: number;
  readonly atMs: number;
  readonly held: readonly { readonly group: string; readonly entryId: string }[] | undefined;
}

export interface CrewOptions {
  readonly home: string;
  readonly servers: ChaosServers;
  readonly observer: Observer;
  readonly plan: RootPlan;
  readonly workers: number;
  readonly rate: number;
}

/** The processes of a run: workers, the producer, and the provider whom nothing happens to. */
export class Crew {
  readonly workers: readonly SupervisedChild[];
  readonly producer: SupervisedChild;
  readonly deaths: WorkerDeath[] = [];
  readonly #provider: SupervisedChild;
  readonly #options: CrewOptions;
  #published = 0;
  readonly #limits = { faults: 0, backlog: 0 };

  constructor(options: CrewOptions) {
    this.#options = options;
    mkdirSync(join(options.home, 'events'), { recursive: true });
    this.#provider = this.#child('provider');
    this.workers = Array.from({ length: options.workers }, (_, index) => this.#child('worker', String(index)));
    this.producer = this.#child('producer');
  }

  /** All roots below are published. */
  get published(): number {
    return this.#published;
  }

  /** Starts all, and resolves when they work. */
  async start(signal: AbortSignal): Promise<void> {
    this.#provider.start();
    await this.#provider.ready(signal);
    for (const worker of this.workers) worker.start();
    await Promise.all(this.workers.map((worker) => worker.ready(signal)));
    this.producer.start();
    await this.producer.ready(signal);
  }

  /** Lets the producer go on up to there, as far as the faults, or what is not handled yet, are concerned. */
  allow(why: 'faults' | 'backlog', below: number): void {
    const before = this.#limit;
    this.#limits[why] = below;
    if (this.#limit !== before) this.producer.tell({ kind: 'limit', below: this.#limit });
  }

  /** For people, when nothing moves. */
  describe(): string {
    const children = [this.producer, ...this.workers].map((child) => child.describe()).join(', ');
    const { faults, backlog } = this.#limits;
    return `published ${this.#published}, faults allow ${faults}, the backlog ${backlog}; ${children}`;
  }

  /** Ends all; true when every one ended by itself. */
  async stop(graceMs = STOP_GRACE_MS): Promise<boolean> {
    const ended = await Promise.all([this.producer, ...this.workers].map((child) => child.stop(graceMs)));
    await this.#provider.stop(graceMs);
    return ended.every(Boolean);
  }

  eventFile(name: string): string {
    return join(this.#options.home, 'events', `${name}.log`);
  }

  get providerLog(): string {
    return this.eventFile('provider');
  }

  get #limit(): number {
    return Math.min(this.#limits.faults, this.#limits.backlog);
  }

  #child(program: ProgramName, suffix?: string): SupervisedChild {
    const name = suffix === undefined ? program : `${program}-${suffix}`;
    return new SupervisedChild(name, {
      program,
      log: new LogFile(join(this.#options.home, 'logs', `${name}.log`)),
      settings: () => this.#settingsOf(name),
      onWord: (word) => {
        if (program !== 'producer') return;
        if (word.kind === 'published') this.#published = Math.max(this.#published, word.below);
        else this.producer.tell({ kind: 'limit', below: this.#limit });
      },
      ...(program === 'worker' ? { onDeath: (death) => this.#onWorkerDeath(name, death) } : {}),
    });
  }

  #settingsOf(name: string): ChaosSettings {
    const { servers, plan, rate } = this.#options;
    return {
      name,
      ...chaosDesk,
      redisUrl: servers.redis.plan.url,
      databaseUrl: servers.postgres.plan.url,
      plan,
      rate,
      providerUrl: `http://127.0.0.1:${this.#provider.port ?? 0}`,
      eventFile: this.eventFile(name),
      firstRoot: Math.max(0, this.#published - REPUBLISHED),
    };
  }

  async #onWorkerDeath(name: string, death: { pid: number; atMs: number }): Promise<void> {
    this.deaths.push({ ...death, held: await this.#heldBy(`chaos-worker.${name}`).catch(() => undefined) });
  }

  /** What is pending for a consumer that is dead now: nobody else counts it as his yet. */
  async #heldBy(consumer: string): Promise<{ group: string; entryId: string }[]> {
    const { quickRedis, keys } = this.#options.observer;
    const held = await Promise.all(
      readStreams.map(async ({ stream, group }) => {
        const rows = (await quickRedis.xpending(keys.stream(stream), group, '-', '+', 10_000, consumer)) as [string][];
        return rows.map(([entryId]) => ({ group, entryId }));
      }),
    );
    return held.flat();
  }
}
