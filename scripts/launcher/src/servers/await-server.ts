import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { ServerPlan } from './server-plan.js';

/** A server of our own that does not answer by then will not. */
const OWN_START_MS = 60_000;
const WORD_EVERY_MS = 5000;
const POLL_MS = 50;
const GIVEN_POLL_MS = 500;

/**
 * Resolves when the server answers a question. A given one is waited for as long as it takes, with a word every 5 s.
 * @throws Error with the last reason when one of our own does not answer in 60 s; the signal's reason when it aborts.
 */
export async function awaitServer(
  plan: ServerPlan,
  options: { say: (line: string) => void; signal?: AbortSignal },
): Promise<void> {
  const startedAt = performance.now();
  let nextWordAt = startedAt + WORD_EVERY_MS / 5;
  for (;;) {
    const problem = await (plan.name === 'redis' ? askRedis(plan.url) : askPostgres(plan.url));
    if (problem === undefined) return;
    options.signal?.throwIfAborted();
    if (plan.program !== undefined && performance.now() - startedAt > OWN_START_MS) {
      throw new Error(`expected an answer of ${plan.origin} within ${OWN_START_MS / 1000} s, was: ${problem}`);
    }
    if (plan.program === undefined && performance.now() > nextWordAt) {
      options.say(`  waiting for ${plan.origin}: ${problem}`);
      nextWordAt = performance.now() + WORD_EVERY_MS;
    }
    await sleep(plan.program === undefined ? GIVEN_POLL_MS : POLL_MS);
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
