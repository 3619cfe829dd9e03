import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { askRedis, openRedis, waitUntilReady } from '../bus/redis-connection.js';
import type { Clock } from '../time/clock.js';
import { feedBackScript } from './lua/feed-back.js';
import { takeScript } from './lua/take.js';
import type { RateBudget, RateBudgetObserver } from './rate-budget.js';
import { RedisRateBudget, type BudgetScripts } from './redis-rate-budget.js';

const CONNECT_MS = 3_000;
const COMMAND_MS = 5_000;

/** The budgets that a process uses. */
export interface RateBudgets {
  /** The budget of that name; all who name it should give it the same weight a minute. One object a name and weight. */
  open(name: string, weightPerMinute: number): RateBudget;
  close(): void;
}

export interface RateBudgetsOptions {
  readonly redisUrl: string;
  /** The desk's prefix of Redis keys. */
  readonly prefix: string;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly observer: RateBudgetObserver;
}

/** Budgets in Redis. Nothing is connected before the first request, so that who needs none has no connection more. */
export function openRateBudgets(options: RateBudgetsOptions): RateBudgets {
  const { clock, observer, prefix } = options;
  let redis: Redis | undefined;
  const budgets = new Map<string, RateBudget>();
  const evaluate = async (script: string, key: string, args: readonly number[]): Promise<unknown> => {
    const connection = (redis ??= openRedis(options.redisUrl, {
      name: 'rate-budget',
      logger: options.logger,
      commandTimeoutMs: COMMAND_MS,
    }));
    await waitUntilReady(connection, CONNECT_MS);
    return askRedis('a rate budget', () => connection.eval(script, 1, key, ...args));
  };
  const scripts: BudgetScripts = {
    take: (key, args) => evaluate(takeScript, key, args),
    feedBack: (key, args) => evaluate(feedBackScript, key, args),
  };
  return {
    open(name, weightPerMinute) {
      const id = `${name} ${String(weightPerMinute)}`;
      const existing = budgets.get(id);
      if (existing !== undefined) return existing;
      const key = `${prefix}~budget:${name}`;
      const opened = new RedisRateBudget({ name, key, weightPerMinute, scripts, clock, observer });
      budgets.set(id, opened);
      return opened;
    },
    close() {
      redis?.disconnect();
      redis = undefined;
    },
  };
}
