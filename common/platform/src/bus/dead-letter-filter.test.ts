import { describe, expect, it } from 'vitest';
import { PermanentError } from '../errors/errors.js';
import { type LetterEntry, checkFilter, findObstacle, letterFacts, matchesFilter } from './dead-letter-filter.js';

const NOW_MS = 1_700_000_600_000;

function aLetter(fields: Readonly<Record<string, string | undefined>> = {}, id = '1700000000000-3'): LetterEntry {
  const all: Readonly<Record<string, string | undefined>> = {
    id: 'order-1',
    type: 'order',
    group: 'exec',
    reason: 'failures',
    error: '{"class":"RangeError","code":"unexpected","message":"m","stackHash":"0"}',
    original: '["type","order","v","1"]',
    ...fields,
  };
  return [id, Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [name, value]))];
}

describe('facts of a dead letter', () => {
  it('are its id, message, type, group, error code, reason and age', () => {
    expect(letterFacts(aLetter(), NOW_MS)).toEqual({
      id: '1700000000000-3',
      messageId: 'order-1',
      type: 'order',
      group: 'exec',
      errorCode: 'unexpected',
      reason: 'failures',
      ageMs: 600_000,
    });
  });

  it('are empty where somebody else’s program left a field out, and the age is never negative', () => {
    expect(letterFacts(['1700000000000-0', ['error', 'null', 'odd']], 5)).toEqual({
      id: '1700000000000-0',
      messageId: '',
      type: '',
      group: '',
      errorCode: '',
      reason: '',
      ageMs: 0,
    });
    for (const error of ['[]', '7', '{"code":7}', '{"code":', 'text']) {
      expect(letterFacts(aLetter({ error }), NOW_MS).errorCode).toBe('');
    }
  });
});

describe('a filter', () => {
  const facts = letterFacts(aLetter(), NOW_MS);

  it('without fields holds for every letter', () => {
    expect(matchesFilter(facts, {})).toBe(true);
    expect(matchesFilter(letterFacts(['5-5', []], 9), {})).toBe(true);
  });

  it.each([
    [{ type: 'order' }, { type: 'orders' }],
    [{ errorCode: 'unexpected' }, { errorCode: 'Unexpected' }],
    [{ group: 'exec' }, { group: '' }],
    [{ reason: 'failures' }, { reason: 'permanent' }],
    [{ olderThanMs: 600_000 }, { olderThanMs: 600_001 }],
    [{ youngerThanMs: 600_001 }, { youngerThanMs: 600_000 }],
  ])('%j holds, %j does not', (held, missed) => {
    expect(matchesFilter(facts, held)).toBe(true);
    expect(matchesFilter(facts, missed)).toBe(false);
  });

  it('holds only when all of its fields do', () => {
    expect(matchesFilter(facts, { type: 'order', group: 'exec', olderThanMs: 1, youngerThanMs: 700_000 })).toBe(true);
    expect(matchesFilter(facts, { type: 'order', group: 'risk' })).toBe(false);
  });

  it('cuts the letters in two at an age: older than it, or younger than it', () => {
    for (const ageMs of [0, 599_999, 600_000, 600_001]) {
      const letter = { ...facts, ageMs };
      expect(matchesFilter(letter, { olderThanMs: 600_000 })).toBe(!matchesFilter(letter, { youngerThanMs: 600_000 }));
    }
  });

  it('is refused, by the field’s name, when an age is none or the range holds nothing', () => {
    const refused = (filter: Parameters<typeof checkFilter>[0], message: string) => {
      expect(() => {
        checkFilter(filter);
      }).toThrow(new PermanentError(message, { code: 'invalid_request' }));
    };
    refused({ olderThanMs: -1 }, 'olderThanMs: expected whole milliseconds from 0 up, was -1');
    refused({ youngerThanMs: 1.5 }, 'youngerThanMs: expected whole milliseconds from 0 up, was 1.5');
    refused({ olderThanMs: 5, youngerThanMs: 5 }, 'youngerThanMs: expected more than olderThanMs (5), was 5');
    checkFilter({ olderThanMs: 5, youngerThanMs: 6 });
  });
});

describe('what keeps a letter from being requeued', () => {
  const groups = new Set(['exec', 'risk']);
  const long = JSON.stringify(Array.from({ length: 7_802 }, () => 'x'));

  it.each([
    [{ id: undefined }, 'expected a field "id", was none'],
    [{ group: '' }, 'expected a field "group", was empty'],
    [{ original: undefined }, 'expected a field "original", was none'],
    [{ group: 'old' }, 'expected one of the stream\'s groups (exec, risk) in field "group", was "old"'],
    [{ original: '["a"' }, 'expected JSON in field "original", was other text'],
    [{ original: '["a"]' }, 'expected names and values in turn in field "original", was other JSON'],
    [{ original: '["a", 1]' }, 'expected names and values in turn in field "original", was other JSON'],
    [{ original: '{}' }, 'expected names and values in turn in field "original", was other JSON'],
    [{ original: long }, 'expected at most 3900 fields of the message, was 3901'],
  ])('%j: %s', (fields, obstacle) => {
    expect(findObstacle(aLetter(fields), groups)).toBe(obstacle);
  });

  it('is nothing when id, group and original fields are there, with or without data', () => {
    expect(findObstacle(aLetter(), groups)).toBeUndefined();
    expect(findObstacle(aLetter({ data: '{"half": ', error: undefined, type: undefined }), groups)).toBeUndefined();
  });
});
