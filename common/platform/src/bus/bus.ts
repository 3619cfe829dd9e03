import type { Logger } from 'pino';
import type { Publisher, Rebuild } from '../agent/definition.js';
import type { Database } from '../postgres/sql.js';
import type { Clock } from '../time/clock.js';
import type { BusObserver } from './bus-observer.js';
import type { BusTuning } from './bus-tuning.js';
import type { Failpoint } from './crash-points.js';
import type { StateReader } from './message.js';
import type { StreamAdmin } from './stream-admin.js';
import type { Subscription } from './subscription.js';

export interface BusOptions {
  readonly redisUrl: string;
  /** Prefix of every key and stream of the desk, e.g. `octant:`. */
  readonly prefix: string;
  /** Agent's name: the consumer's name in its groups and the owner of its outbox rows. */
  readonly agent: string;
  /** Only when several processes of one agent share its groups: tells their consumers apart, stable over restarts. */
  readonly instance?: string;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Needed by handlers that return `transaction`, and by the outbox relay; its search path has inbox and outbox. */
  readonly database?: Database;
  /** `relaxed` starts on a Redis that may lose acknowledged writes, with a warning; default `strict`. */
  readonly durability?: 'strict' | 'relaxed';
  readonly observer?: BusObserver;
  /**
   * Every group of the streams that this agent trims. Nothing of a stream is trimmed while one of its groups is missing,
   * so that an agent that starts late still finds all. Streams of own subscriptions that are not named here are trimmed
   * only below entries a day old.
   */
  readonly streamGroups?: Readonly<Record<string, readonly string[]>>;
  readonly tuning?: Partial<BusTuning>;
  /** Tests interrupt the bus here. */
  readonly failpoint?: Failpoint;
}

export interface BusStart {
  /** What this agent does when Redis has nothing of it; without it, only its outbox is published again. */
  readonly rebuild?: Rebuild;
}

/** One agent's connection to the streams. Publishing, state and admin work as soon as it is open; consuming from `start` on. */
export interface Bus extends Publisher {
  readonly state: StateReader;
  readonly admin: StreamAdmin;
  /**
   * Checks Redis' durability, creates groups, takes over what an earlier process of this agent left, starts reading.
   * @throws PermanentError `redis_not_durable`, or `duplicate_subscription` for a stream and group given twice.
   */
  start(subscriptions: readonly Subscription[], options?: BusStart): Promise<void>;
  /** Stops reading, lets running handlers finish until the deadline, makes the rest claimable at once, disconnects. */
  stop(deadlineMs: number): Promise<void>;
  /** Runs `work` alone among the handlers of that group and `orderedBy` key; waiting for it inside such a handler never ends. */
  inLane<Result>(group: string, key: string, work: () => Promise<Result>): Promise<Result>;
  /** Started, and every connection up. */
  ready(): boolean;
  /** @throws TransientError when Redis does not answer in a second. */
  ping(): Promise<void>;
  /** Publishes this agent's outbox rows now instead of at the relay's next turn; how many went out. */
  relayOutbox(): Promise<number>;
}
