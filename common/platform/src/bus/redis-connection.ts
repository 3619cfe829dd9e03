import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { TransientError } from '../errors/errors.js';

const LONGEST_RECONNECT_DELAY_MS = 250;
const PASSING_REPLIES = /^(LOADING|READONLY|MASTERDOWN|TRYAGAIN|BUSY|OOM|MISCONF|NOREPLICAS|CLUSTERDOWN)\b/;

/**
 * Opens a connection that reconnects for ever and never keeps commands for later: while Redis is away they fail at once,
 * and the caller decides. Nothing is resent behind the caller's back.
 */
export function openRedis(url: string, options: { name: string; logger: Logger; commandTimeoutMs?: number }): Redis {
  const redis = new Redis(url, {
    connectionName: options.name,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    // 0 makes the client reject what is in flight when the connection closes; any other value leaves it hanging.
    maxRetriesPerRequest: 0,
    connectTimeout: 3_000,
    keepAlive: 10_000,
    retryStrategy: (attempt) => Math.min(LONGEST_RECONNECT_DELAY_MS, 20 * 2 ** Math.min(attempt, 6)),
    ...(options.commandTimeoutMs === undefined ? {} : { commandTimeout: options.commandTimeoutMs }),
  });
  redis.setMaxListeners(0);
  let complained = false;
  redis.on('error', (error: Error) => {
    if (complained) return;
    complained = true;
    options.logger.warn({ err: error, connection: options.name }, 'Redis connection failed, reconnecting');
  });
  redis.on('ready', () => {
    if (complained) options.logger.info({ connection: options.name }, 'Redis is back');
    complained = false;
  });
  return redis;
}

/** Resolves when the connection is ready. @throws TransientError `redis_unavailable` when it is not within `timeoutMs`. */
export async function waitUntilReady(redis: Redis, timeoutMs: number): Promise<void> {
  if (redis.status === 'ready') return;
  await new Promise<void>((resolve, reject) => {
    const settle = (act: () => void) => {
      clearTimeout(timer);
      redis.off('ready', onReady);
      redis.off('end', onEnd);
      act();
    };
    const onReady = () => {
      settle(resolve);
    };
    const onEnd = () => {
      settle(() => {
        reject(new TransientError('expected a Redis connection, was closed', { code: 'redis_unavailable' }));
      });
    };
    const timer = setTimeout(() => {
      settle(() => {
        const message = `expected Redis within ${String(timeoutMs)} ms, was ${redis.status}`;
        reject(new TransientError(message, { code: 'redis_unavailable' }));
      });
    }, timeoutMs);
    redis.on('ready', onReady);
    redis.on('end', onEnd);
  });
}

/** Asks Redis once. @throws TransientError `redis_unavailable` when it is away; an error reply as it is. */
export async function askRedis<Reply>(what: string, ask: () => Promise<Reply>): Promise<Reply> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof TransientError || !isPassingRedisFailure(error)) throw error;
    throw new TransientError(`expected an answer of Redis to ${what}, was none`, {
      code: 'redis_unavailable',
      cause: error,
    });
  }
}

/** True when asking again later may help: Redis is away or busy, as opposed to an answer that will stay the same. */
export function isPassingRedisFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof TransientError) return true;
  if (error.name === 'ReplyError') return PASSING_REPLIES.test(error.message);
  return /connection|timed out|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|writeable|closed|aborted|max retries per request/i.test(
    error.message,
  );
}

/** True when the stream or the group that a command names does not exist (any more). */
export function isMissingGroup(error: unknown): boolean {
  return error instanceof Error && /NOGROUP|no such key/.test(error.message);
}
