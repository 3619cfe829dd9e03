import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { INDICATORS } from '../indicators/registry.js';
import { instrumentsOf } from '../market/instrument.js';
import { resolveSymbol } from '../market/symbol.js';
import { BUILT_IN_STRATEGIES } from '../strategies/built-in-strategies.js';
import { parametersOf, strategyOf } from '../strategies/registry.js';
import { marketsConfig } from './agent-configs.js';
import { datasourceConfig } from './datasource-config.js';
import { strategiesByName } from './strategies-by-name.js';
import { strategyConfig } from './strategy-config.js';

const folder = fileURLToPath(new URL('../../../../config/', import.meta.url));
const read = (file: string): unknown => load(readFileSync(`${folder}${file}`, 'utf8'));
const filesOf = (name: string) => readdirSync(`${folder}${name}`).filter((file) => file.endsWith('.yaml'));

const markets = [...instrumentsOf(marketsConfig.parse(read('markets.yaml'))).keys()];

describe('config/markets.yaml', () => {
  it('lists the majors against USD and USDT', () => {
    expect(markets).toEqual(expect.arrayContaining(['BTC-USD', 'ETH-USD', 'BTC-USDT', 'ETH-USDT']));
  });
});

describe('config/strategies', () => {
  it('has every built-in strategy, rules and an ensemble', () => {
    const built = [...BUILT_IN_STRATEGIES.keys()].map((kind) => `${kind}.yaml`);
    expect(filesOf('strategies')).toEqual(expect.arrayContaining([...built, 'majority.yaml', 'rsi_pullback.yaml']));
  });

  it('resolves the members of every ensemble', () => {
    const files = filesOf('strategies').map((file) => ({
      file,
      value: strategyConfig.parse(read(`strategies/${file}`)),
    }));
    expect([...strategiesByName(files).values()].map((config) => strategyOf(config).kind)).toContain('ensemble');
  });

  it.each(filesOf('strategies'))('%s fits the schema, its strategy, its file name and the markets', (file) => {
    const config = strategyConfig.strict().parse(read(`strategies/${file}`));
    expect(`${config.name}.yaml`).toBe(file);
    if (config.kind !== 'ensemble') expect(() => strategyOf(config).start(parametersOf(config))).not.toThrow();
    expect(config.symbols.map((symbol) => resolveSymbol(symbol, markets))).toHaveLength(config.symbols.length);
  });

  it.each(filesOf('strategies'))('%s has its own values inside its search space', (file) => {
    const config = strategyConfig.parse(read(`strategies/${file}`));
    const parameters = parametersOf(config);
    expect(Object.keys(config.search_space).length).toBeGreaterThan(0);
    for (const [name, range] of Object.entries(config.search_space)) {
      expect(range.min).toBeLessThanOrEqual(parameters[name] ?? Number.NaN);
      expect(range.max).toBeGreaterThanOrEqual(parameters[name] ?? Number.NaN);
    }
  });
});

describe('config/datasources', () => {
  it('has a source of each kind', () => {
    const exchanges = filesOf('datasources').map(
      (file) => datasourceConfig.parse(read(`datasources/${file}`)).exchange,
    );
    expect(exchanges.sort()).toEqual(['binance', 'coinbase', 'kraken', 'replay', 'simulator']);
  });

  it.each(filesOf('datasources'))('%s fits the schema and the markets', (file) => {
    const config = datasourceConfig.strict().parse(read(`datasources/${file}`));
    expect(config.symbols.map((symbol) => resolveSymbol(symbol, markets))).toHaveLength(config.symbols.length);
  });
});

describe('docs/strategies.md', () => {
  const text = readFileSync(`${folder}../docs/strategies.md`, 'utf8');
  const examples = [...text.matchAll(/```yaml\n([^`]*)```/g)].map(([, yaml = '']) => load(yaml));

  it('has examples that fit the schema', () => {
    expect(examples.map((example) => strategyConfig.parse(example).name)).toEqual(['back_above_mean', 'majority']);
    const [rules] = examples.map((example) => strategyConfig.parse(example));
    expect(rules && strategyOf(rules).warmup(parametersOf(rules))).toBe(101);
  });

  it('names every key of a strategy file and every kind', () => {
    for (const key of Object.keys(strategyConfig.shape)) expect(text).toContain(`\`${key}\``);
    for (const kind of BUILT_IN_STRATEGIES.keys()) expect(text).toContain(`| \`${kind}\` |`);
  });

  it('lists the indicators as they are', () => {
    const rows = [...INDICATORS.values()].map(({ name, input, parameters, outputs }) => {
      const defaults = parameters.map((parameter) => `\`${parameter.name}\` ${String(parameter.default)}`).join(', ');
      const named = outputs.map((output) => `\`${output}\``).join(', ');
      const on = input === 'value' ? 'a number' : 'the candle';
      return `| \`${name}\` | ${on} | ${defaults === '' ? 'none' : defaults} | ${named} |`;
    });
    expect(text).toContain(rows.join('\n'));
  });
});
