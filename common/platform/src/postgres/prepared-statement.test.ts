import { describe, expect, it } from 'vitest';
import { statementOf } from './prepared-statement.js';

describe('statementOf', () => {
  it('gives a text with values one name, whatever the values', () => {
    const [first, second, other] = [
      statementOf('SELECT $1::int', [1]),
      statementOf('SELECT $1::int', [2]),
      statementOf('SELECT $1::text', ['a']),
    ];
    expect(first).toEqual({ text: 'SELECT $1::int', values: [1], name: first.name });
    expect(second).toEqual({ text: 'SELECT $1::int', values: [2], name: first.name });
    expect(other.name).not.toBe(first.name);
  });

  it('leaves a text without values alone: it may hold several statements', () => {
    expect([statementOf('SELECT 1; SELECT 2'), statementOf('SELECT 1', [])]).toEqual([
      { text: 'SELECT 1; SELECT 2' },
      { text: 'SELECT 1' },
    ]);
  });

  it('prepares no more than 500 texts, and keeps the names of those', () => {
    const { name } = statementOf('SELECT $1::date', ['2024-01-01']);
    for (let index = 0; index < 600; index += 1) statementOf(`SELECT $1::int + ${String(index)}`, [1]);
    expect(statementOf('SELECT $1::int + 599', [1])).toEqual({ text: 'SELECT $1::int + 599', values: [1] });
    expect(statementOf('SELECT $1::date', ['2024-01-02']).name).toBe(name);
  });
});
