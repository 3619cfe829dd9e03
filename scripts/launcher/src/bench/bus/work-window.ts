import { commandsBetween, type RedisFigures } from './redis-figures.js';

/** How far a consumer is, as Redis tells it. */
export interface Progress {
  /** Messages that are acknowledged, or jobs that are completed. */
  readonly done: number;
  /** Messages that nobody has got yet. */
  readonly waiting: number;
}

/** All that is read at one moment. */
export interface Reading {
  readonly atMs: number;
  readonly progress: Progress;
  readonly redis: RedisFigures;
  /** Processor time of the consumer's process. */
  readonly consumerCpuUs: number;
}

/** Work between two readings; all but `perSecond` is a message. */
export interface WorkWindow {
  readonly perSecond: number;
  readonly consumerCpuUs: number;
  readonly redisCpuUs: number;
  readonly commandsSent: number;
  readonly commandsInScripts: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** @throws Error when nothing was done in between. */
export function workBetween(before: Reading, after: Reading): WorkWindow {
  const messages = after.progress.done - before.progress.done;
  if (messages <= 0) throw new Error(`expected messages to be done in the measured time, was ${messages}`);
  const { sent, inScripts } = commandsBetween(before.redis, after.redis);
  return {
    perSecond: messages / ((after.atMs - before.atMs) / 1000),
    consumerCpuUs: (after.consumerCpuUs - before.consumerCpuUs) / messages,
    redisCpuUs: (after.redis.cpuUs - before.redis.cpuUs) / messages,
    commandsSent: sent / messages,
    commandsInScripts: inScripts / messages,
    bytesIn: (after.redis.bytesIn - before.redis.bytesIn) / messages,
    bytesOut: (after.redis.bytesOut - before.redis.bytesOut) / messages,
  };
}
