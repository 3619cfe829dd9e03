import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Clock } from '../time/clock.js';
import type { BusObserver } from './bus-observer.js';
import type { BusTuning } from './bus-tuning.js';
import type { Failpoint } from './crash-points.js';
import type { DeskKeys } from './desk-keys.js';
import type { PostgresEffects } from './postgres-effects.js';
import type { RedisScripts } from './redis-scripts.js';
import type { Slots } from './slots.js';
import type { SoloGate } from './solo-gate.js';

/** What the parts of one bus share. */
export interface BusCore {
  /** Command connection; never blocks. */
  readonly redis: Redis;
  readonly scripts: RedisScripts;
  readonly keys: DeskKeys;
  /** Consumer name of this process in all its groups. */
  readonly consumer: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly observer: BusObserver;
  readonly tuning: BusTuning;
  readonly random: () => number;
  readonly effects: PostgresEffects | undefined;
  /** Every handler of this process passes through it. */
  readonly solo: SoloGate;
  /** How many suspects may run beside the others. */
  readonly suspects: Slots;
  readonly failpoint: Failpoint | undefined;
  /** Aborts when stopping begins: nothing new is started. */
  readonly stopping: AbortSignal;
  /** Aborts when the deadline of the stop has passed: nothing is retried any more. */
  readonly closing: AbortSignal;
  /** A short text that no other attempt of any process has. */
  readonly nextToken: () => string;
  openReader(group: string): Redis;
}
