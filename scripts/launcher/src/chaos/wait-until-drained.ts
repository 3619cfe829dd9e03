import { TransientError } from '@octant/platform/errors/errors';
import { type Observer, eventually, readStreams } from './observer.js';
import type { Root } from './plan/roots.js';

const LONGEST_MS = 180_000;
const POLL_MS = 100;
const MOST_COUNTED = 5_000;
const COUNT_AFTER = "return #redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2])";

/** Entries that are not acknowledged, over all groups; delivered or not. Rejects while Redis is away. */
export async function countUnhandled({ quickRedis, keys }: Observer): Promise<number> {
  const groups = await Promise.all(readStreams.map((read) => readGroup({ redis: quickRedis, keys }, read)));
  return groups.reduce((sum, { pending, lag }) => sum + pending + lag, 0);
}

/** What is not done yet. */
export interface Backlog {
  /** Delivered and not acknowledged, over all groups. */
  readonly pending: number;
  /** Not delivered, over all groups. */
  readonly lag: number;
  /** Rows of the outbox that are not known to be in Redis. */
  readonly outbox: number;
  /** Roots that are not in their stream. */
  readonly missingRoots: number;
}

/** Ms until nothing was left to do; undefined when that did not come about in three minutes. */
export async function waitUntilDrained(
  observer: Observer,
  options: { readonly roots: readonly Root[]; readonly signal: AbortSignal },
): Promise<number | undefined> {
  const startedAt = performance.now();
  const drained = await eventually(
    async () => {
      const backlog = await readBacklog(observer, options.roots).catch(unlessPassing);
      return backlog !== undefined && Object.values(backlog).every((left) => left === 0);
    },
    { withinMs: LONGEST_MS, everyMs: POLL_MS, signal: options.signal },
  );
  return drained ? Math.round(performance.now() - startedAt) : undefined;
}

export async function readBacklog(observer: Observer, roots: readonly Root[]): Promise<Backlog> {
  const groups = await Promise.all(readStreams.map((read) => readGroup(observer, read)));
  const sum = (of: (group: (typeof groups)[number]) => number): number =>
    groups.reduce((total, group) => total + of(group), 0);
  return {
    pending: sum(({ pending }) => pending),
    lag: sum(({ lag }) => lag),
    outbox: await countOutbox(observer),
    missingRoots: sum(({ stream, added }) =>
      Math.max(0, roots.filter((root) => root.stream === stream).length - added),
    ),
  };
}

async function readGroup(
  { redis, keys }: Pick<Observer, 'redis' | 'keys'>,
  { stream, group }: { stream: string; group: string },
) {
  const key = keys.stream(stream);
  const nothing = { stream, added: 0, pending: 0, lag: 1 };
  try {
    const groups = (await redis.xinfo('GROUPS', key)) as unknown[][];
    const facts = groups.map(factsOf).find((each) => each.get('name') === group);
    if (facts === undefined) return nothing;
    return {
      stream,
      added: await countAdded(redis, key),
      pending: Number(facts.get('pending')),
      lag: await countUndelivered(redis, key, String(facts.get('last-delivered-id'))),
    };
  } catch (error) {
    if (error instanceof Error && error.message.includes('no such key')) return nothing;
    throw error;
  }
}

/** Entries that were ever added, trimmed ones, too. */
async function countAdded(redis: Observer['redis'], key: string): Promise<number> {
  return Number(factsOf((await redis.xinfo('STREAM', key)) as unknown[]).get('entries-added'));
}

/** Redis' own lag is wrong once it was started again on a stream that was trimmed: entries are counted, up to the bound. */
async function countUndelivered(redis: Observer['redis'], key: string, after: string): Promise<number> {
  return Number(await redis.eval(COUNT_AFTER, 1, key, `(${after}`, MOST_COUNTED));
}

async function countOutbox({ database }: Observer): Promise<number> {
  const { rows } = await database.query<{ left: string }>(
    'SELECT count(*) AS left FROM outbox WHERE published_at IS NULL',
  );
  return Number(rows[0]?.left ?? 0);
}

function factsOf(flat: readonly unknown[]): Map<unknown, unknown> {
  const facts = new Map<unknown, unknown>();
  for (let i = 0; i + 1 < flat.length; i += 2) facts.set(flat[i], flat[i + 1]);
  return facts;
}

function unlessPassing(error: unknown): undefined {
  if (!(error instanceof TransientError)) throw error;
  return undefined;
}
