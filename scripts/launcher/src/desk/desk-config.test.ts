import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../interruption.js';
import { configFolder } from './config-overlay.js';
import { assertStrategyLists, chooseStrategy, chooseSymbol, readDeskConfig } from './desk-config.js';

const STRATEGY = { symbols: ['BTC-USD'], lookback: 20, entry_threshold: 1, exit_threshold: 0 };

let folder: string;
let source: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'octant-config-'));
  source = join(folder, 'config');
  for (const name of ['agents', 'strategies', 'datasources']) mkdirSync(join(source, name), { recursive: true });
  write('config/markets.yaml', {
    markets: [{ symbol: 'BTC-USD', tick_size: '0.01', lot_size: '0.001', min_notional: '5' }],
  });
  write('config/strategies/trend.yaml', { name: 'momentum', ...STRATEGY });
  write('config/datasources/simulator.yaml', { exchange: 'simulator', symbols: ['BTC-USD'] });
  write('config/agents/trade-executor.yaml', { exchange: 'paper', paper: { fees_bps: 10, slippage_bps: 5 } });
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(file: string, document: unknown): string {
  const path = join(folder, file);
  writeFileSync(path, JSON.stringify(document));
  return path;
}

function read(path: string): unknown {
  return load(readFileSync(path, 'utf8'));
}

describe('what the launcher reads of the configuration', () => {
  it('finds symbols and strategies by their names', () => {
    const config = readDeskConfig(source);
    expect(chooseSymbol('btcusd', config)).toBe('BTC-USD');
    expect(chooseStrategy('momentum', config)).toEqual({ name: 'momentum' });
    expect(config.datasources.get('simulator')?.exchange).toBe('simulator');
  });

  it('names what there is when something is asked for that there is not', () => {
    const config = readDeskConfig(source);
    expect(() => chooseSymbol('BTC-EUR', config)).toThrow(
      '--symbol: expected a listed symbol, was "BTC-EUR"; the nearest is BTC-USD',
    );
    expect(() => chooseStrategy('nope', config)).toThrow(
      '--strategy: expected one of momentum, or a YAML file, was "nope"',
    );
  });

  it('names file, path, value and expectation of what is wrong in it', () => {
    write('config/orchestrator.yaml', { mode: 'direct' });
    expect(() => readDeskConfig(source)).toThrow(InputError);
    expect(() => readDeskConfig(source)).toThrow(/config\/orchestrator\.yaml: mode/);
  });

  it('takes a strategy from a file, and refuses one that no code computes', () => {
    const config = readDeskConfig(source);
    const good = write('mine.yaml', { name: 'mine', kind: 'mean_reversion', ...STRATEGY });
    expect(chooseStrategy(good, config)).toMatchObject({ name: 'mine', file: { path: good } });
    const bad = write('bad.yaml', { name: 'mine', kind: 'magic', ...STRATEGY });
    expect(() => chooseStrategy(bad, config)).toThrow(
      /bad\.yaml: kind: expected one of momentum, mean_reversion, .*, rules, ensemble, was "magic"; the nearest is/,
    );
    const wrong = write('wrong.yaml', { name: 'mine', ...STRATEGY, lookback: 'long' });
    expect(() => chooseStrategy(wrong, config)).toThrow(/wrong\.yaml: lookback/);
  });
});

describe('the symbols of a session', () => {
  it('are those that the strategy lists, however it writes them', () => {
    write('config/markets.yaml', {
      markets: ['BTC-USD', 'ETH-USD'].map((symbol) => ({
        symbol,
        tick_size: '0.01',
        lot_size: '0.1',
        min_notional: '5',
      })),
    });
    write('config/strategies/trend.yaml', { name: 'momentum', ...STRATEGY, symbols: ['btc/usd'] });
    const config = readDeskConfig(source);
    const strategy = chooseStrategy('momentum', config);
    expect(() => {
      assertStrategyLists(['BTC-USD'], strategy, config);
    }).not.toThrow();
    expect(() => {
      assertStrategyLists(['BTC-USD', 'ETH-USD'], strategy, config);
    }).toThrow('--symbol: expected a symbol that the strategy momentum lists (BTC-USD), was ETH-USD');
  });
});

describe('an ensemble from a file', () => {
  it('finds its members among the strategies of the configuration', () => {
    const ensemble = { name: 'vote', kind: 'ensemble', symbols: ['BTC-USD'], entry_threshold: 0.5, exit_threshold: 0 };
    const config = readDeskConfig(source);
    const good = write('vote.yaml', { ...ensemble, members: [{ strategy: 'momentum' }] });
    expect(chooseStrategy(good, config).file?.config.members?.[0]).toMatchObject({
      weight: 1,
      config: { name: 'momentum' },
    });
    const bad = write('bad.yaml', { ...ensemble, members: [{ strategy: 'momentun' }] });
    expect(() => chooseStrategy(bad, config)).toThrow(
      /bad\.yaml: members\[0\]\.strategy: expected one of vote, momentum, was "momentun"; the nearest is momentum/,
    );
  });
});

describe('the configuration that the agents read', () => {
  it("is the user's own folder when nothing is overridden", () => {
    expect(configFolder(source, join(folder, 'overlay'), { feesBps: undefined })).toBe(source);
    expect(existsSync(join(folder, 'overlay'))).toBe(false);
  });

  it('lets the command line have its way over makers, takers and the fixed part of a slippage model', () => {
    const paper = {
      fees_bps: 10,
      maker_fees_bps: 2,
      taker_fees_bps: 6,
      slippage: { model: 'spread', bps: 4, range_share: 0.1 },
    };
    write('config/agents/trade-executor.yaml', { exchange: 'paper', paper });
    const of = (overrides: { feesBps?: number; slippageBps?: number }) =>
      read(join(configFolder(source, join(folder, 'overlay'), overrides), 'agents', 'trade-executor.yaml'));
    expect(of({ feesBps: 1 })).toEqual({ exchange: 'paper', paper: { fees_bps: 1, slippage: paper.slippage } });
    expect(of({ slippageBps: 9 })).toEqual({
      exchange: 'paper',
      paper: {
        fees_bps: 10,
        maker_fees_bps: 2,
        taker_fees_bps: 6,
        slippage_bps: 9,
        slippage: { model: 'spread', range_share: 0.1 },
      },
    });
  });

  it('is a copy with the overrides in their places, and the original stays as it is', () => {
    const before = readdirSync(source, { recursive: true }).map(String).sort();
    const path = write('mine.yaml', { name: 'momentum', ...STRATEGY, lookback: 99 });
    const { file } = chooseStrategy(path, readDeskConfig(source));
    const overlay = configFolder(source, join(folder, 'overlay'), {
      feesBps: 0,
      strategy: file,
      datasource: { name: 'replay', document: { exchange: 'replay', symbols: ['BTC-USD'] } },
    });
    expect(read(join(overlay, 'agents', 'trade-executor.yaml'))).toEqual({
      exchange: 'paper',
      paper: { fees_bps: 0, slippage_bps: 5 },
    });
    expect(readdirSync(join(overlay, 'strategies'))).toEqual(['momentum.yaml']);
    expect(read(join(overlay, 'strategies', 'momentum.yaml'))).toMatchObject({ lookback: 99 });
    expect(readDeskConfig(overlay).datasources.get('replay')?.exchange).toBe('replay');
    expect(readdirSync(source, { recursive: true }).map(String).sort()).toEqual(before);
  });
});
