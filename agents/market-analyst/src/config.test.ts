import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError } from '@octant/platform/config/config-error';
import { readConfig } from '@octant/platform/config/read-config';
import { aBacktest, simulatedCandles } from '@octant/trading/testing/a-backtest';
import { runBacktest } from '@octant/trading/backtest/run-backtest';
import type { DecimalCandle } from '@octant/trading/market/candle';
import { watchCommand } from '@octant/trading/messages/orchestrator-commands';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { candleFiles } from './adapters/candle-files.js';
import { config } from './config.js';
import { assertListed, buildFeedSpec } from './feeds/build-feed-spec.js';
import { evaluateOnce } from './signals/evaluators.js';

const HOUR_MS = 3_600_000;
const candles = simulatedCandles('BTC-USDT', 600);

const dips = `
name: falling_knife
kind: rules
symbols: [BTC/USDT]
parameters: { window: 20, depth: 1.5 }
indicators:
  score: { type: z_score, window: window }
  range: { type: atr, window: 10 }
entry: score < -depth
exit: score > 0
stop: close - 3 * range
search_space: { depth: { min: 1, max: 2, step: 0.5 } }
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'octant-yaml-'));
  cpSync(fileURLToPath(new URL('../../../config', import.meta.url)), folder, { recursive: true });
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function add(file: string, text: string): void {
  writeFileSync(join(folder, file), text);
}

function read() {
  return readConfig(config, folder);
}

function strategyNamed(name: string) {
  const strategy = read().config.strategies.get(name);
  if (strategy === undefined) throw new Error(`expected the strategy ${name}`);
  return strategy;
}

function csvOf(rows: readonly DecimalCandle[]): string {
  const lines = rows.map(({ openTimeMs, open, high, low, close, volume }) =>
    [String(openTimeMs), open, high, low, close, volume].join(','),
  );
  return ['timestamp,open,high,low,close,volume', ...lines, ''].join('\n');
}

describe('a new strategy', () => {
  it('is a YAML file and no code: it loads, gives signals and trades', () => {
    add('strategies/falling_knife.yaml', dips);
    expect(read().unknownKeys).toEqual([]);
    const strategy = strategyNamed('falling_knife');
    const verdicts = candles.map((_, index) => evaluateOnce(strategy, candles.slice(0, index + 1), HOUR_MS));
    const buy = verdicts.find((verdict) => verdict?.signal === 'buy');
    expect(buy).toMatchObject({
      confidence: 0.6,
      exits: { stopPrice: expect.stringMatching(/^\d+(\.\d{1,8})?$/) as unknown },
    });
    expect(verdicts.some((verdict) => verdict?.signal === 'sell')).toBe(true);
    const report = runBacktest({ ...aBacktest({ series: [{ symbol: 'BTC-USDT', candles }] }), strategy });
    expect(report.fills).toBeGreaterThan(1);
  });

  it('may be an ensemble of those that there are and itself new ones', () => {
    add('strategies/falling_knife.yaml', dips);
    add(
      'strategies/both.yaml',
      `name: both\nkind: ensemble\nsymbols: [BTC-USDT]\nentry_threshold: 0.2\nexit_threshold: -0.3\n` +
        `members: [{ strategy: falling_knife }, { strategy: mean_reversion }]\n`,
    );
    const report = runBacktest({
      ...aBacktest({ series: [{ symbol: 'BTC-USDT', candles }] }),
      strategy: strategyNamed('both'),
    });
    expect(report.fills).toBeGreaterThan(1);
  });

  it('that cannot be used is refused with file, key, place and what was expected', () => {
    add('strategies/falling_knife.yaml', dips.replace('score < -depth', 'scor < -depth'));
    add('strategies/lost.yaml', 'name: lost\nkind: ensemble\nsymbols: [BTC-USDT]\n');
    expect(() => read()).toThrow(ConfigError);
    expect(() => read()).toThrow(
      'config/strategies/falling_knife.yaml: entry: expected one of open, high, low, close, volume, score, range, window, ' +
        'depth, prev, was "scor"; the nearest is score; at line 1, column 1\n  scor < -depth\n  ^\n',
    );
    expect(() => read()).toThrow('config/strategies/lost.yaml: members: expected at least one member, was none');
  });

  it('with a key that nobody reads says so', () => {
    add('strategies/falling_knife.yaml', `${dips}stopp: 5\n`);
    expect(read().unknownKeys).toEqual(['config/strategies/falling_knife.yaml: stopp']);
  });
});

describe('a new data source', () => {
  const watch = watchCommand.parse({
    type: 'watch',
    sessionId: 's',
    source: 'my_files',
    symbols: ['BTC-USDT'],
    timeframe: '1h',
    strategy: 'momentum',
    historyFromMs: 0,
    ts: '2024-01-01T00:00:00.000Z',
    traceId: '0af7651916cd43dd8448eb211c80319c',
  });

  it('is a YAML file and no code: its candles can be watched', async () => {
    add('datasources/my_files.yaml', 'exchange: replay\nsymbols: [BTC/USDT]\nfiles: { BTC/USDT: my.csv }\n');
    add('my.csv', csvOf(candles));
    const settings = read().config;
    expect(buildFeedSpec(watch, settings)).toMatchObject({
      source: 'my_files',
      exchange: 'replay',
      symbols: ['BTC-USDT'],
    });
    const file = settings.datasources.get('my_files')?.files['BTC-USDT'] ?? '';
    expect(await candleFiles(folder).read(file, '1h')).toEqual(candles);
  });
});

describe('a question about a symbol that the strategy does not list', () => {
  it('is refused, naming those that it lists', () => {
    add('strategies/falling_knife.yaml', dips);
    const settings = read().config;
    expect(() => {
      assertListed(strategyNamed('falling_knife'), ['BTC-USDT', 'ETH-USDT'], settings);
    }).toThrow('symbol: expected a symbol that the strategy falling_knife lists (BTC-USDT), was ETH-USDT');
  });
});
