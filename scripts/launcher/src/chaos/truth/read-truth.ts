import { existsSync, readFileSync } from 'node:fs';
import { readLetter } from '@octant/platform/bus/dead-letter';
import type { DeadLetter } from '@octant/platform/bus/stream-admin';
import { effectTables } from '../processes/tables.js';
import { outputStreams, rootStreams } from '../plan/roots.js';
import { type Observer, readStreams } from '../observer.js';

const PAGE = 1_000;

/** How often each id occurs. */
export type Occurrences = ReadonlyMap<string, number>;

/** What the servers and the provider have in the end; nothing that a worker said. */
export interface Truth {
  /** Entries by stream, of roots and outputs. */
  readonly entries: ReadonlyMap<string, Occurrences>;
  readonly letters: readonly DeadLetter[];
  /** Effects by message id. */
  readonly rows: Occurrences;
  readonly booked: Occurrences;
  readonly sends: Occurrences;
  /** Counters by key. */
  readonly counters: ReadonlyMap<string, { readonly count: number; readonly sum: number }>;
}

export async function readTruth(
  observer: Observer,
  options: { readonly providerLog: string; readonly keys: Iterable<string> },
): Promise<Truth> {
  const streams = [...Object.values(rootStreams).map(({ stream }) => stream), ...Object.values(outputStreams)];
  const entries = new Map<string, Occurrences>();
  for (const stream of streams) entries.set(stream, await countIds(observer, stream));
  const letters: DeadLetter[] = [];
  for (const { stream } of readStreams) letters.push(...(await readLetters(observer, stream)));
  return {
    entries,
    letters,
    rows: await countEffects(observer, effectTables.row),
    booked: await countEffects(observer, effectTables.book),
    sends: count(linesOf(options.providerLog)),
    counters: await readCounters(observer, options.keys),
  };
}

export function count(ids: Iterable<string>): Occurrences {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

async function countIds(observer: Observer, stream: string): Promise<Occurrences> {
  const ids: string[] = [];
  for await (const [, fields] of entriesOf(observer, observer.keys.stream(stream))) {
    ids.push(fields[fields.indexOf('id') + 1] ?? '');
  }
  return count(ids);
}

async function readLetters(observer: Observer, stream: string): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for await (const [id, fields] of entriesOf(observer, observer.keys.deadLetters(stream))) {
    letters.push(readLetter(id, fields, false));
  }
  return letters;
}

async function* entriesOf({ redis }: Observer, key: string): AsyncGenerator<[id: string, fields: string[]]> {
  for (let from = '-'; ;) {
    const page = await redis.xrange(key, from, '+', 'COUNT', PAGE);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    from = `(${last[0]}`;
  }
}

async function countEffects({ database }: Observer, table: string): Promise<Occurrences> {
  const { rows } = await database.query<{ message_id: string; n: string }>(
    `SELECT message_id, count(*) AS n FROM ${table} GROUP BY message_id`,
  );
  return new Map(rows.map(({ message_id: id, n }) => [id, Number(n)]));
}

async function readCounters({ redis, keys }: Observer, names: Iterable<string>) {
  const counters = new Map<string, { count: number; sum: number }>();
  for (const name of names) {
    const json = await redis.hget(keys.state(`counter:${name}`), 'd');
    counters.set(name, json === null ? { count: 0, sum: 0 } : (JSON.parse(json) as { count: number; sum: number }));
  }
  return counters;
}

export function linesOf(file: string): string[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}
