import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { toCandle } from '../market/candle.js';
import { parametersOf, strategyOf } from '../strategies/registry.js';
import { simulatedCandles } from '../testing/a-backtest.js';
import { signalsInRuns } from '../testing/signals-in-runs.js';
import { strategiesByName } from './strategies-by-name.js';
import { strategyConfig } from './strategy-config.js';

const folder = fileURLToPath(new URL('../../../../config/strategies/', import.meta.url));
const files = readdirSync(folder).map((file) => ({
  file,
  value: strategyConfig.parse(load(readFileSync(`${folder}${file}`, 'utf8'))),
}));
const candles = simulatedCandles('BTC-USDT', 3000, 11).map(toCandle);

describe.each([...strategiesByName(files)])('the shipped strategy %s', (_name, config) => {
  const strategy = strategyOf(config);
  const start = () => strategy.start(parametersOf(config));
  const run = start();
  const whole = candles.map((candle) => run.onCandle(candle));

  it('buys and sells on three thousand candles, but never in its warm-up', () => {
    expect(new Set(whole.map((signal) => signal?.side))).toEqual(new Set(['buy', 'sell', undefined]));
    const warmup = strategy.warmup(parametersOf(config));
    expect(whole.slice(0, warmup - 1).filter((signal) => signal !== undefined)).toEqual([]);
  });

  it('does not look ahead: cut off anywhere, the signals before are the same', () => {
    for (const length of [1, 60, 513, 1024, 2999]) {
      const shorter = start();
      expect(candles.slice(0, length).map((candle) => shorter.onCandle(candle))).toEqual(whole.slice(0, length));
    }
  });

  it('gives the same bits a run of candles at a time, however they are cut', () => {
    for (const cuts of [[], [1, 2, 3, 500], [511, 1, 513, 700], Array.from({ length: 99 }, () => 7)]) {
      expect(signalsInRuns(start(), candles, cuts)).toEqual(whole);
    }
  });
});
