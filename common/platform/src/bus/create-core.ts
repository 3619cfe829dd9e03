import { systemClock } from '../time/system-clock.js';
import type { BusOptions } from './bus.js';
import type { BusCore } from './bus-core.js';
import { noObserver } from './bus-observer.js';
import { defaultTuning } from './bus-tuning.js';
import { DeskKeys } from './desk-keys.js';
import { PostgresEffects } from './postgres-effects.js';
import { openRedis } from './redis-connection.js';
import { RedisScripts } from './redis-scripts.js';
import { Slots } from './slots.js';
import { SoloGate } from './solo-gate.js';
import { createTokens } from './tokens.js';

const SUSPECTS_AT_ONCE = 8;

/** Makes what the parts of one bus share, with defaults for what the options leave out; opens the command connection. */
export function createCore(
  options: BusOptions,
  signals: { readonly stopping: AbortSignal; readonly closing: AbortSignal },
): BusCore {
  const { agent, instance, database, logger, failpoint, redisUrl } = options;
  const tuning = { ...defaultTuning, ...options.tuning };
  const clock = options.clock ?? systemClock;
  const redis = openRedis(redisUrl, {
    name: `${agent}:commands`,
    logger,
    commandTimeoutMs: tuning.commandTimeoutMs,
  });
  return {
    redis,
    scripts: new RedisScripts(redis, clock, failpoint),
    keys: new DeskKeys(options.prefix),
    consumer: instance === undefined ? agent : `${agent}.${instance}`,
    clock,
    logger,
    observer: options.observer ?? noObserver,
    tuning,
    random: Math.random,
    effects: database === undefined ? undefined : new PostgresEffects(database, agent, { failpoint }),
    solo: new SoloGate(),
    suspects: new Slots(SUSPECTS_AT_ONCE),
    failpoint,
    ...signals,
    nextToken: createTokens(),
    openReader: (group) => openRedis(redisUrl, { name: `${agent}:${group}`, logger }),
  };
}
