import { PermanentError } from '../errors/errors.js';
import { readError } from './dead-letter.js';
import type { DeadLetterFilter, LetterFacts } from './stream-admin.js';

/** An entry of a dead-letter stream as Redis gives it. */
export type LetterEntry = readonly [id: string, fields: readonly string[]];

// The requeue script hands all fields of a message to one XADD, and Lua takes no more than 8000 arguments.
const MOST_FIELDS = 3_900;

/** Facts of a dead letter, whoever wrote it: a field that is missing is empty. `nowMs` is Redis' clock. */
export function letterFacts([id, flat]: LetterEntry, nowMs: number): LetterFacts {
  const fields = fieldsOf(flat);
  return {
    id,
    messageId: fields.get('id') ?? '',
    type: fields.get('type') ?? '',
    group: fields.get('group') ?? '',
    errorCode: readError(fields.get('error')).code,
    reason: fields.get('reason') ?? '',
    ageMs: Math.max(0, nowMs - Number(id.split('-', 1)[0])),
  };
}

/** True when every field of the filter holds for the letter. */
export function matchesFilter(letter: LetterFacts, filter: DeadLetterFilter): boolean {
  const { type, errorCode, group, reason, olderThanMs = 0, youngerThanMs = Infinity } = filter;
  return (
    (type ?? letter.type) === letter.type &&
    (errorCode ?? letter.errorCode) === letter.errorCode &&
    (group ?? letter.group) === letter.group &&
    (reason ?? letter.reason) === letter.reason &&
    letter.ageMs >= olderThanMs &&
    letter.ageMs < youngerThanMs
  );
}

/** @throws PermanentError `invalid_request` for an age that is no whole number from 0 up, or a range that holds nothing. */
export function checkFilter({ olderThanMs, youngerThanMs }: DeadLetterFilter): void {
  for (const [name, value] of Object.entries({ olderThanMs, youngerThanMs })) {
    if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) continue;
    throw invalid(`${name}: expected whole milliseconds from 0 up, was ${String(value)}`);
  }
  if (olderThanMs === undefined || youngerThanMs === undefined || youngerThanMs > olderThanMs) return;
  const expected = `more than olderThanMs (${String(olderThanMs)})`;
  throw invalid(`youngerThanMs: expected ${expected}, was ${String(youngerThanMs)}`);
}

/**
 * What keeps a letter from being requeued, as `expected …, was …`, or undefined. Such letters were written by somebody
 * else's program, or for a group that the stream has no longer.
 */
export function findObstacle([, flat]: LetterEntry, groups: ReadonlySet<string>): string | undefined {
  const fields = fieldsOf(flat);
  for (const name of ['id', 'group', 'original']) {
    const value = fields.get(name);
    if (value === undefined || value === '') {
      return `expected a field "${name}", was ${value === undefined ? 'none' : 'empty'}`;
    }
  }
  const group = fields.get('group') ?? '';
  if (!groups.has(group)) {
    return `expected one of the stream's groups (${[...groups].join(', ') || 'it has none'}) in field "group", was "${group}"`;
  }
  return findUnreadable(fields.get('original') ?? '');
}

function findUnreadable(original: string): string | undefined {
  let names: unknown;
  try {
    names = JSON.parse(original);
  } catch {
    return 'expected JSON in field "original", was other text';
  }
  if (!Array.isArray(names) || names.length % 2 !== 0 || !names.every((name) => typeof name === 'string')) {
    return 'expected names and values in turn in field "original", was other JSON';
  }
  if (names.length / 2 <= MOST_FIELDS) return undefined;
  return `expected at most ${String(MOST_FIELDS)} fields of the message, was ${String(names.length / 2)}`;
}

function fieldsOf(flat: readonly string[]): Map<string, string> {
  const fields = new Map<string, string>();
  for (let i = 0; i + 1 < flat.length; i += 2) fields.set(flat[i] ?? '', flat[i + 1] ?? '');
  return fields;
}

function invalid(message: string): PermanentError {
  return new PermanentError(message, { code: 'invalid_request' });
}
