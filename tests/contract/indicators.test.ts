import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { IndicatorDefinition } from '@octant/trading/indicators/indicator-definition';
import { INDICATORS } from '@octant/trading/indicators/registry';

const document = readFileSync(fileURLToPath(new URL('../../docs/indicators.md', import.meta.url)), 'utf8');

interface Row {
  readonly name: string;
  readonly facts: readonly string[];
  readonly warmup: string;
  readonly formula: string;
}

function rowsOf(text: string): Row[] {
  const lines = text.split('\n').filter((line) => line.startsWith('| `'));
  return lines.map((line) => {
    const [name = '', input = '', parameters = '', outputs = '', warmup = '', formula = ''] = line
      .slice(2, -2)
      .split(' | ');
    return { name: name.replaceAll('`', ''), facts: [input, parameters, outputs], warmup, formula };
  });
}

function factsOf({ input, parameters, outputs }: IndicatorDefinition): string[] {
  const listed = parameters.map(({ name, default: initial, min, max, whole }) => {
    const range = whole ? `${min} to ${max}` : `${min} to ${max}, any`;
    return `\`${name}\` ${initial} (${range})`;
  });
  return [input, listed.join(', ') || 'none', outputs.map((output) => `\`${output}\``).join(', ')];
}

const differences = (text: string): string[] => {
  const rows = rowsOf(text);
  const missing = [...INDICATORS.keys()].filter((name) => !rows.some((row) => row.name === name));
  const wrong = rows.filter(({ name, facts, warmup }) => {
    const definition = INDICATORS.get(name);
    if (definition === undefined) return true;
    const { 0: first = '' } = warmup.split(':');
    return facts.join('|') !== factsOf(definition).join('|') || first !== String(definition.warmup({}));
  });
  return [...missing, ...wrong.map((row) => row.name)];
};

describe('docs/indicators.md', () => {
  it('has a row for each indicator of the registry, in its order, and none besides', () => {
    expect(rowsOf(document).map((row) => row.name)).toEqual([...INDICATORS.keys()]);
  });

  it.each(rowsOf(document))('says of $name what the registry says', ({ name, facts, warmup, formula }) => {
    const definition = INDICATORS.get(name);
    if (definition === undefined) throw new Error(`expected an indicator of the registry, was ${name}`);
    expect(facts).toEqual(factsOf(definition));
    const [first, general] = warmup.split(': ');
    expect(first).toBe(String(definition.warmup({})));
    const named = (general ?? '').match(/[a-z_]+/g) ?? [];
    const known = ['max', ...definition.parameters.map((parameter) => parameter.name)];
    expect(named.filter((word) => !known.includes(word))).toEqual([]);
    expect(formula).toMatch(/^.{10,}\.$/);
  });

  it('differs when an indicator, a default, a range, an output or a warm-up does', () => {
    expect(differences(document)).toEqual([]);
    const changes: [string, string][] = [
      ['| `rsi` |', '| `rsy` |'],
      ['`signal` 9 (1 to 100000)', '`signal` 8 (1 to 100000)'],
      ['`deviations` 2 (0 to 100, any)', '`deviations` 2 (0 to 10, any)'],
      ['`plus_di`', '`di_plus`'],
      ['28: 2 × window', '27: 2 × window'],
    ];
    for (const [was, planted] of changes) {
      expect(document).toContain(was);
      expect(differences(document.replace(was, planted))).not.toEqual([]);
    }
  });
});
