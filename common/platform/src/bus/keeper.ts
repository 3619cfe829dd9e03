import type { Publisher, Rebuild } from '../agent/definition.js';
import { TransientError } from '../errors/errors.js';
import type { BusCore } from './bus-core.js';
import type { Incarnation } from './incarnation.js';
import type { StateReader } from './message.js';
import { publishRow } from './publish-row.js';
import { isPassingRedisFailure } from './redis-connection.js';

const RETRY_MS = 200;
const ODD_RETRY_MS = 1_000;
const REBUILD_MARK_MS = 3_600_000;

/**
 * Sees to it that Redis has what this agent keeps there. The agent's mark says so; when the mark is gone Redis was emptied:
 * nothing is read and no state handed out until the agent has put its state back, its outbox of 14 days is published
 * again, and the mark is set anew.
 */
export class Keeper {
  readonly #core: BusCore;
  readonly #agent: string;
  readonly #desk: { readonly state: StateReader; readonly bus: Publisher };
  readonly #onLost: () => void;
  readonly #incarnation: Incarnation;
  #rebuild: Rebuild | undefined;
  #whole = false;
  #reconnected = true;
  /** The mark of what may lack its last writes is to be removed; remembered until that is done. */
  #suspected = false;
  #ensuring: Promise<void> | undefined;
  #watching: Promise<void> | undefined;

  constructor(
    core: BusCore,
    parts: {
      agent: string;
      desk: { readonly state: StateReader; readonly bus: Publisher };
      incarnation: Incarnation;
      onLost: () => void;
    },
  ) {
    this.#core = core;
    this.#agent = parts.agent;
    this.#desk = parts.desk;
    this.#onLost = parts.onLost;
    this.#incarnation = parts.incarnation;
    core.redis.on('close', () => {
      this.#reconnected = true;
      this.#whole = false;
    });
  }

  /** Looks for the mark, rebuilds when it is not there, and watches it from then on. */
  async start(rebuild: Rebuild | undefined): Promise<void> {
    this.#rebuild = rebuild;
    await this.ensure();
    this.#watching = this.#watch();
  }

  /** Started, so that an absent mark means something. */
  get guards(): boolean {
    return this.#watching !== undefined;
  }

  get whole(): boolean {
    return this.#whole;
  }

  /** Resolves when the last turn of watching has ended; the bus' stopping signal ends it. */
  async stopped(): Promise<void> {
    await this.#watching;
    await this.#ensuring;
  }

  /** Somebody has seen that something is missing: the mark is looked for before anything is read again. */
  doubt(): void {
    this.#whole = false;
  }

  /** Resolves when Redis has what the agent keeps there, or the bus stops. */
  async ensure(): Promise<void> {
    if (this.#whole) return;
    this.#ensuring ??= this.#ensure().finally(() => {
      this.#ensuring = undefined;
    });
    await this.#ensuring;
  }

  async #watch(): Promise<void> {
    const { clock, stopping, tuning, redis, keys } = this.#core;
    for (;;) {
      await clock.sleep(tuning.beatMs, stopping);
      if (stopping.aborted) return;
      try {
        if ((await redis.exists(keys.kept(this.#agent))) === 0) this.doubt();
      } catch {
        continue;
      }
      await this.ensure();
    }
  }

  /** A Redis that has lost some of its last writes, though not the mark, is filled as if it had been emptied. */
  async #recognise(): Promise<void> {
    const { redis, keys, logger } = this.#core;
    if (await this.#incarnation.mayHaveLost()) this.#suspected = true;
    if (this.#suspected) {
      logger.warn('Redis came back as another process that may lack its last writes; all is put back');
      await redis.del(keys.kept(this.#agent));
    }
    this.#suspected = false;
    this.#reconnected = false;
  }

  async #ensure(): Promise<void> {
    const { clock, stopping, logger } = this.#core;
    let complained = false;
    while (!stopping.aborted) {
      try {
        await this.#ensureOnce();
        this.#whole = true;
        return;
      } catch (error) {
        const passing = error instanceof TransientError || isPassingRedisFailure(error);
        if (!complained)
          logger[passing ? 'warn' : 'error']({ err: error }, 'putting back what Redis lost failed, trying again');
        complained = true;
        await clock.sleep(passing ? RETRY_MS : ODD_RETRY_MS, stopping);
      }
    }
  }

  async #ensureOnce(): Promise<void> {
    const { redis, scripts, keys, consumer, clock, logger, nextToken, failpoint } = this.#core;
    const mark = keys.kept(this.#agent);
    if (this.#reconnected) await this.#recognise();
    if ((await redis.exists(mark)) === 1) return;
    this.#onLost();
    for (;;) {
      const token = nextToken();
      await redis.set(keys.rebuilding(consumer), token, 'PX', REBUILD_MARK_MS);
      await failpoint?.('rebuild.before');
      await this.#rebuild?.(this.#desk);
      const republished = await this.#republish();
      const kept = await scripts.run('keep', [mark, keys.rebuilding(consumer)], [token, clock.now()]);
      if (kept === 1) {
        if (republished > 0)
          logger.warn({ republished }, 'Redis had nothing of this agent; its state and outbox are back');
        return;
      }
      logger.warn('Redis was emptied while it was being filled; once more');
    }
  }

  async #republish(): Promise<number> {
    const { effects, stopping } = this.#core;
    if (effects === undefined) return 0;
    return effects.republish((row) => publishRow(this.#core, row), { stopping });
  }
}
