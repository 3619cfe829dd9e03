import { readFileSync } from 'node:fs';
import { tradeExecutorConfig } from '@octant/trading/config/agent-configs';
import { canTransition, statusWordOf } from '@octant/trading/exchange/order-state';
import { orderState } from '@octant/trading/messages/execution';
import { describe, expect, it } from 'vitest';
import { liveCrashPoints } from './crash-points.js';

const text = readFileSync(new URL('../../../../docs/order-life.md', import.meta.url), 'utf8');

/** Rows of the table below a heading, without its head, cells trimmed. */
function tableBelow(heading: string): readonly (readonly string[])[] {
  const from = text.indexOf(`\n${heading}\n`);
  if (from < 0) throw new Error(`docs/order-life.md: expected the heading ${heading}`);
  const lines = text.slice(from).split('\n');
  const start = lines.findIndex((line) => line.startsWith('|'));
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return lines.slice(start + 2, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const code = (name: string) => `\`${name}\``;

describe('docs/order-life.md', () => {
  it('has the transitions of the code, and the word of each state', () => {
    const rows = orderState.options.map((from) => {
      const next = orderState.options.filter((to) => canTransition(from, to)).map(code);
      return [code(from), statusWordOf(from), next.length === 0 ? 'the end' : next.join(', ')];
    });
    expect(tableBelow('### States and transitions').map(([state, word, next]) => [state, word, next])).toEqual(rows);
  });

  it('has every crash point of the live machine, and what holds there', () => {
    const rows = Object.entries(liveCrashPoints).map(([point, holds]) => [code(point), holds]);
    expect(tableBelow('### Crash points')).toEqual(rows);
  });

  it('has every key of the configuration, with its default', () => {
    const keys = (value: object, prefix = ''): [string, unknown][] =>
      Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
        typeof inner === 'object' && inner !== null ? keys(inner, `${prefix}${key}.`) : [[`${prefix}${key}`, inner]],
      );
    const rows = keys(tradeExecutorConfig.parse({}).live).map(([key, value]) => [code(key), String(value)]);
    expect(tableBelow('### Keys').map(([key, value]) => [key, value])).toEqual(rows);
  });
});
