import { compareEntryIds } from '@octant/platform/bus/entry-id';

/** An entry as the model has it; its id is Redis' choice and is filled in when Redis shows it. */
export interface ModelEntry {
  id: string;
  readonly stream: string;
  /** Names and values in turn. */
  readonly fields: readonly string[];
  readonly longAgo: boolean;
}

export interface ModelPending {
  owner: string;
  deliveries: number;
  /** Idle for longer than any lease. */
  aged: boolean;
}

export interface ModelRecord {
  counted: number;
  transient: number;
  alone: number;
  beside: number;
  committing: number;
  attempt: string;
  tryToken: string;
}

export interface ModelLetter {
  id: string;
  readonly entry: ModelEntry;
  readonly messageId: string;
  readonly group: string;
  readonly consumer: string;
  readonly reason: string;
  readonly failures: number;
  readonly deliveries: number;
}

export function newRecord(): ModelRecord {
  return { counted: 0, transient: 0, alone: 0, beside: 0, committing: 0, attempt: '', tryToken: '' };
}

/** What a group is to know of a stream. */
export class ModelGroup {
  readonly name: string;
  lastDelivered: ModelEntry | undefined;
  readonly pending = new Map<ModelEntry, ModelPending>();
  readonly records = new Map<ModelEntry, ModelRecord>();
  readonly parked = new Set<ModelEntry>();
  /** Message ids whose effect happened. */
  readonly committed = new Set<string>();
  /** Message ids that were dead-lettered at least once. */
  readonly dead = new Set<string>();
  delivered = 0;
  /** Entries that came to their end, by how. */
  readonly ended = { acknowledged: 0, dead: 0, missing: 0 };

  constructor(name: string) {
    this.name = name;
  }

  settle(entry: ModelEntry): void {
    this.pending.delete(entry);
    this.records.delete(entry);
    this.parked.delete(entry);
  }
}

/** What a stream is to hold. */
export class ModelStream {
  readonly name: string;
  /** In the order of their ids. */
  readonly entries: ModelEntry[] = [];
  /** All that were ever added, also those that are gone. */
  readonly everAdded: ModelEntry[] = [];
  readonly published = new Map<string, ModelEntry>();
  readonly letters: ModelLetter[] = [];
  readonly requeued = new Map<ModelLetter, ModelEntry>();
  readonly groups = new Map<string, ModelGroup>();

  constructor(name: string, groups: readonly string[]) {
    this.name = name;
    for (const group of groups) this.groups.set(group, new ModelGroup(group));
  }

  group(name: string): ModelGroup {
    const group = this.groups.get(name);
    if (group === undefined) throw new Error(`expected a group of ${this.name}, was ${name}`);
    return group;
  }

  add(fields: readonly string[], longAgo = false): ModelEntry {
    const entry = { id: '', stream: this.name, fields, longAgo };
    this.entries.push(entry);
    this.everAdded.push(entry);
    return entry;
  }

  drop(entry: ModelEntry): void {
    this.entries.splice(this.entries.indexOf(entry), 1);
  }

  has(entry: ModelEntry): boolean {
    return this.entries.includes(entry);
  }

  /** Entries that the group was not given yet. */
  undelivered(group: ModelGroup): ModelEntry[] {
    return this.entries.filter((entry) => isUndelivered(group, entry));
  }
}

function isUndelivered(group: ModelGroup, entry: ModelEntry): boolean {
  return group.lastDelivered === undefined || compareEntryIds(entry.id, group.lastDelivered.id) > 0;
}

/** In the order of the stream. */
export function sorted(entries: readonly ModelEntry[]): ModelEntry[] {
  return [...entries].sort((a, b) => compareEntryIds(a.id, b.id));
}

export function fieldOf(entry: ModelEntry, name: string): string | undefined {
  for (let i = 0; i < entry.fields.length; i += 2) if (entry.fields[i] === name) return entry.fields[i + 1];
  return undefined;
}

export function messageIdOf(entry: ModelEntry): string {
  const id = fieldOf(entry, 'id');
  return id === undefined ? `entry:${entry.stream}:${entry.id}` : id;
}

/**
 * Whether a group may let an entry's effect happen: `done` when it happened, or when the entry that was published for the
 * message went by without one; `busy` while that one is still to come or to be settled.
 */
export function answerOf(stream: ModelStream, group: ModelGroup, entry: ModelEntry): 'new' | 'done' | 'busy' {
  const messageId = messageIdOf(entry);
  if (group.committed.has(messageId)) return 'done';
  if (group.dead.has(messageId)) return 'new';
  const first = stream.published.get(messageId);
  if (first === undefined || first === entry) return 'new';
  return group.pending.has(first) || isUndelivered(group, first) ? 'busy' : 'done';
}

export const IN = 'in';
export const ALSO = 'also';
export const OUT = 'out';
/** Its key holds a text, so that whatever is added to it fails. */
export const BROKEN = 'broken';

/** A desk in memory: what the scripts promise, in the plainest words. */
export class DeskModel {
  readonly streams: ReadonlyMap<string, ModelStream> = new Map([
    [IN, new ModelStream(IN, ['g1', 'g2'])],
    [ALSO, new ModelStream(ALSO, ['g1'])],
    [OUT, new ModelStream(OUT, [])],
  ]);
  readonly states = new Map<string, { version: number; json: string }>();
  /** By `stream:group`. */
  readonly suppressed = new Map<string, number>();
  readonly changes = new Set<string>();
  weeksPassed = 0;

  stream(name: string): ModelStream {
    const stream = this.streams.get(name);
    if (stream === undefined) throw new Error(`expected a stream of the model, was ${name}`);
    return stream;
  }

  /** The entry of a message and whether it was there before. */
  publish(streamName: string, messageId: string, fields: readonly string[]): { entry: ModelEntry; repeated: boolean } {
    const stream = this.stream(streamName);
    const first = stream.published.get(messageId);
    if (first !== undefined) return { entry: first, repeated: true };
    const entry = stream.add(fields);
    stream.published.set(messageId, entry);
    return { entry, repeated: false };
  }

  versionOf(key: string): number {
    return this.states.get(key)?.version ?? 0;
  }

  /** An empty text deletes. */
  writeState(key: string, expectedVersion: number, json: string): void {
    if (json === '') this.states.delete(key);
    else this.states.set(key, { version: expectedVersion + 1, json });
  }

  suppress(stream: string, group: string): void {
    const field = `${stream}:${group}`;
    this.suppressed.set(field, (this.suppressed.get(field) ?? 0) + 1);
  }
}
