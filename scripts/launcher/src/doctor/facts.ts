import type { HostFacts } from './host-facts.js';
import type { Verdict } from './verdict.js';
import { failure, skipped } from './verdict.js';

/** `absent`: not a part of this desk; `unreachable`: should be there and does not answer. */
export type Observation<Value> =
  | { readonly kind: 'seen'; readonly value: Value }
  | { readonly kind: 'unreachable'; readonly reason: string }
  | { readonly kind: 'absent'; readonly reason: string };

export interface RedisUser {
  readonly name: string;
  readonly enabled: boolean;
  readonly noPassword: boolean;
  /** Commands that it may give and that undo what the desk relies on, such as `FLUSHALL`. */
  readonly mayDestroy: readonly string[];
}

export interface RedisFacts {
  readonly version: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly usedBytes: number;
  readonly lastWriteFailed: boolean;
  readonly users: readonly RedisUser[];
  /** Whether the user by which Redis reads its own log may do what is in it; what it may not is left out. */
  readonly mayReadLogBack: boolean;
  /** Entries by dead-letter stream, without the desk's prefix. */
  readonly deadLetters: Readonly<Record<string, number>>;
}

export interface PostgresRole {
  readonly name: string;
  readonly superuser: boolean;
  readonly mayCreate: boolean;
  readonly mayChangeAudit: boolean;
}

export interface PostgresFacts {
  readonly version: string;
  readonly checksums: boolean;
  /** Roles that may log in. */
  readonly roles: readonly PostgresRole[];
  /** Names of the migrations that have run, in their order. */
  readonly migrations: readonly string[];
}

export interface AgentFacts {
  readonly name: string;
  readonly health: Observation<{
    readonly healthy: boolean;
    readonly state: string;
    readonly failed: readonly string[];
  }>;
  readonly version: string | undefined;
}

export interface AlertingFacts {
  readonly receivers: readonly string[];
  readonly watchdogArrives: boolean;
  readonly failedNotifications: number;
}

export interface ScrapeFacts {
  readonly alertmanagers: number;
  readonly down: readonly string[];
  readonly up: number;
}

export interface TradingFacts {
  readonly exchange: string;
  readonly interlock: { readonly environment: boolean; readonly confirmedBy: string | undefined } | undefined;
  readonly openDifferences: number;
}

/** Everything that the checks judge; collected once, before the first of them. */
export interface Facts {
  /** `fleet`: containers of the compose file; `local`: what `npm start` runs. */
  readonly desk: 'fleet' | 'local';
  readonly nowMs: number;
  readonly nodeVersion: string;
  readonly host: HostFacts;
  readonly redis: Observation<RedisFacts>;
  readonly postgres: Observation<PostgresFacts>;
  readonly agents: readonly AgentFacts[];
  readonly alerting: Observation<AlertingFacts>;
  readonly scrapes: Observation<ScrapeFacts>;
  readonly trading: Observation<TradingFacts>;
  /** The guardian's phase. */
  readonly guardian: Observation<string>;
  /** Migrations of this version, in their order. */
  readonly knownMigrations: readonly string[];
}

/** Judges what was seen; what cannot be reached is a failure with the given remedy, what is no part of the desk is skipped. */
export function whenSeen<Value>(
  observation: Observation<Value>,
  remedy: string,
  judge: (value: Value) => Verdict,
): Verdict {
  if (observation.kind === 'seen') return judge(observation.value);
  return observation.kind === 'absent' ? skipped(observation.reason) : failure(observation.reason, remedy);
}
