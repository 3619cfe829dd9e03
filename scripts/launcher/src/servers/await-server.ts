import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { ServerPlan } from './server-plan.js';

/** Resolves when the server answers a question. @throws Error with the last reason after `timeoutMs`, or when `signal` aborts. */
export async function awaitServer(plan: ServerPlan, timeoutMs: number, signal?: AbortSignal): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const problem = await (plan.name === 'redis' ? askRedis(plan.url) : askPostgres(plan.url));
    if (problem === undefined) return;
    signal?.throwIfAborted();
    if (performance.now() > deadline) {
      throw new Error(`expected an answer of ${plan.origin} within ${timeoutMs / 1000} s, was: ${problem}`);
    }
    await sleep(50);
  }
}

/** Why Redis does not answer; `undefined` when it does. */
export async function askRedis(url: string): Promise<string | undefined> {
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: 2000,
    commandTimeout: 2000,
  });
  let problem: string | undefined;
  redis.on('error', (error: Error) => (problem ??= error.message));
  try {
    await redis.ping();
    return undefined;
  } catch (error) {
    return problem ?? messageOf(error);
  } finally {
    redis.disconnect();
  }
}

/** Why PostgreSQL does not answer; `undefined` when it does. */
export async function askPostgres(url: string): Promise<string | undefined> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000, query_timeout: 2000 });
  client.on('error', () => undefined); // a connection that breaks later is seen by the question, too
  try {
    await client.connect();
    await client.query('SELECT 1');
    return undefined;
  } catch (error) {
    return messageOf(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
