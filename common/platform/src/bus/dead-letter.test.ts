import { describe, expect, it } from 'vitest';
import { readLetter } from './dead-letter.js';

const payloadOf = (data: string) => readLetter('1-1', ['data', data], false).payload;

describe('dead letters', () => {
  it('show their payload as JSON where it is that, as text where it is not', () => {
    expect(payloadOf('{"a": [1, "[["]}')).toEqual({ a: [1, '[['] });
    expect(payloadOf('{"a": ')).toBe('{"a": ');
    expect(readLetter('1-1', [], false).payload).toBeUndefined();
  });

  it('show a payload as text that nests deeper than JSON can be written again', () => {
    const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    expect(payloadOf(deep(201))).toBe(deep(201));
    expect(payloadOf(deep(10_000))).toBe(deep(10_000));
    expect(JSON.stringify(payloadOf(deep(200)))).toBe(deep(200));
    const brackets = JSON.stringify({ quoted: `\\"${'['.repeat(500)}` });
    expect(JSON.stringify(payloadOf(brackets))).toBe(brackets);
  });
});
