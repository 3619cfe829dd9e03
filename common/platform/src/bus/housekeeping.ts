import type { BusCore } from './bus-core.js';
import { publishRow } from './publish-row.js';
import { isMissingGroup, isPassingRedisFailure } from './redis-connection.js';
import { TransientError } from '../errors/errors.js';

const DEAD_LETTERS_KEEP_MS = 14 * 86_400_000;
const UNDECLARED_KEEP_MS = 86_400_000;
const BURY_IDLE_MS = 3_600_000;
const WEEK_SECONDS = 604_800;

/** What the bus does on timers beside messages: trimming, burying dead consumers, relaying the outbox. */
export class Housekeeping {
  readonly #core: BusCore;
  readonly #streamGroups: Readonly<Record<string, readonly string[]>>;
  readonly #subscriptions: readonly { readonly stream: string; readonly group: string }[];
  #loops: Promise<unknown> = Promise.resolve();
  #relaying: Promise<number> | undefined;

  constructor(
    core: BusCore,
    streamGroups: Readonly<Record<string, readonly string[]>>,
    subscriptions: readonly { readonly stream: string; readonly group: string }[],
  ) {
    this.#core = core;
    this.#streamGroups = streamGroups;
    this.#subscriptions = subscriptions;
  }

  start(): void {
    const { tuning } = this.#core;
    this.#loops = Promise.all([
      this.#every(tuning.trimEveryMs, 'tidying streams', () => this.tidy()),
      this.#every(tuning.relayEveryMs, 'relaying the outbox', () => this.relay(2 * tuning.relayEveryMs)),
      this.#every(tuning.pruneEveryMs, 'pruning inbox and outbox', () => this.prune()),
    ]);
  }

  async stopped(): Promise<void> {
    await this.#loops;
  }

  /** Trims streams and removes consumers that are long gone. */
  async tidy(): Promise<void> {
    for (const [stream, groups] of Object.entries(this.#streamGroups)) {
      await this.#trim(stream, this.#core.tuning.trimKeepMs, groups);
    }
    for (const { stream, group } of this.#subscriptions) {
      if (!(stream in this.#streamGroups)) await this.#trim(stream, UNDECLARED_KEEP_MS, [group]);
      const { scripts, keys, consumer } = this.#core;
      await scripts.run('bury', [keys.stream(stream)], [group, consumer, BURY_IDLE_MS]);
    }
  }

  /** Publishes this agent's outbox rows that are older than `olderThanMs`; a relay that is running is waited for. */
  async relay(olderThanMs: number): Promise<number> {
    await this.#relaying?.catch(() => undefined);
    const { effects, stopping } = this.#core;
    if (effects === undefined) return 0;
    this.#relaying = effects.relay((row) => publishRow(this.#core, row), { olderThanMs, stopping });
    return this.#relaying;
  }

  /** Removes rows of inbox and outbox that nothing can ask for any more, and markers before Redis stalls over their expiry. */
  async prune(): Promise<void> {
    const { redis, keys, effects, logger, stopping } = this.#core;
    const pruned = await effects?.prune(stopping);
    if (pruned !== undefined && pruned.outbox + pruned.inbox > 0) {
      logger.info(pruned, 'old inbox and outbox rows removed');
    }
    const [seconds] = await redis.time();
    // Markers are looked for in this week and the two before it.
    const forgotten = Math.floor(Number(seconds) / WEEK_SECONDS) - 3;
    for (const { stream, group } of this.#subscriptions) {
      const bases = [keys.published(stream), keys.done(stream, group)];
      await redis.unlink(...bases.map((base) => `${base}:${String(forgotten)}`));
    }
  }

  async #trim(stream: string, keepMs: number, groups: readonly string[]): Promise<void> {
    const { scripts, keys } = this.#core;
    await scripts.run(
      'trim',
      [keys.stream(stream), keys.deadLetters(stream)],
      [keepMs, DEAD_LETTERS_KEEP_MS, ...groups],
    );
  }

  async #every(everyMs: number, what: string, act: () => Promise<unknown>): Promise<void> {
    const { clock, stopping, logger } = this.#core;
    for (;;) {
      await clock.sleep(everyMs, stopping);
      if (stopping.aborted) return;
      try {
        await act();
      } catch (error) {
        if (isMissingGroup(error) || isPassingRedisFailure(error) || error instanceof TransientError) {
          logger.debug({ err: error }, `${what} has to wait`);
        } else {
          logger.error({ err: error }, `${what} failed`);
        }
      }
    }
  }
}
