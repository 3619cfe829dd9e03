import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Durability } from '../bus/durability.js';
import type { Outgoing, StateReader, StateWrite } from '../bus/message.js';
import type { StreamAdmin } from '../bus/stream-admin.js';
import type { Subscription } from '../bus/subscription.js';
import type { Operations } from '../http/operation.js';
import type { AgentHttpClient } from '../http/agent-http-client.js';
import type { ConfigHandle, ConfigSpec } from '../config/config-spec.js';
import type { Database } from '../postgres/sql.js';
import type { Clock } from '../time/clock.js';

/** `starting` until wired, `ready` serves, `draining` finishes what it has, `stopped`, `failed`. */
export type AgentState = 'starting' | 'ready' | 'draining' | 'stopped' | 'failed';

export interface PublishReceipt {
  readonly entryId: string;
  /** The id had been published before; `entryId` is the first one's. */
  readonly duplicate: boolean;
  /** What the entry had reached when Redis acknowledged it. */
  readonly durability: Durability;
}

export interface Publisher {
  /** Publishes a root message (its `id` is required); safe to repeat. */
  publish(message: Outgoing & { readonly id: string }): Promise<PublishReceipt>;
  /** Publishes messages and writes state in one script, from outside a handler (an admin route, a timer). `stale` when a version differs. */
  commit(change: {
    messages: readonly (Outgoing & { readonly id: string })[];
    state: readonly StateWrite[];
  }): Promise<'ok' | 'stale'>;
}

/**
 * Puts back from Postgres what an agent keeps in Redis, and publishes its roots again: called before anything is read when
 * Redis has nothing of this agent, at its very first start and after a flush. Until it has ended, state cannot be read from
 * elsewhere (TransientError `rebuilding`) and no handler runs. Begun again when it fails, or when Redis is emptied
 * meanwhile: so it finds some of its own work done, and must come to the same. Rows of the outbox follow by themselves.
 */
export type Rebuild = (desk: { readonly state: StateReader; readonly bus: Publisher }) => Promise<void>;

export interface AgentContext<Config> {
  readonly name: string;
  readonly config: ConfigHandle<Config>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly bus: Publisher;
  readonly state: StateReader;
  readonly streams: StreamAdmin;
  readonly database: Database;
  readonly http: AgentHttpClient;
  readonly metrics: Registry;
  /** Aborts when draining starts. */
  readonly stopping: AbortSignal;
  /** Runs `work` serialised with the handlers of that `orderedBy` key and group. */
  inLane<Result>(group: string, key: string, work: () => Promise<Result>): Promise<Result>;
}

export interface Schedule {
  readonly name: string;
  readonly everyMs: number;
  /** Errors are logged, and the next turn comes all the same; turns never overlap. */
  readonly run: () => Promise<void>;
}

export interface AgentWiring {
  readonly consumes: readonly Subscription[];
  /** Puts back what this agent keeps in Redis; see `BusStart.rebuild`. */
  readonly rebuild?: Rebuild;
  readonly operations: Operations;
  readonly schedules?: readonly Schedule[];
  /** Extra dependency pings for /health, by name; they reject when the dependency fails. */
  readonly pings?: Readonly<Record<string, () => Promise<void>>>;
  /** After the HTTP server listens and before readiness. */
  readonly start?: () => Promise<void>;
  /** After consumers have drained. */
  readonly stop?: () => Promise<void>;
}

export interface AgentDefinition<Config> {
  /** Agent's name, also of its OpenAPI file. */
  readonly name: string;
  readonly config: ConfigSpec<Config>;
  /** Streams whose pending, lag and dead-letter figures it exports besides its own. */
  readonly watchedStreams?: Readonly<Record<string, readonly string[]>>;
  readonly wire: (context: AgentContext<Config>) => AgentWiring | Promise<AgentWiring>;
}

/** Keeps the config's type. */
export function defineAgent<Config>(definition: AgentDefinition<Config>): AgentDefinition<Config> {
  return definition;
}
