import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { strategiesByName } from '../config/strategies-by-name.js';
import { strategyConfig } from '../config/strategy-config.js';
import { toCandle, type Candle } from '../market/candle.js';
import { simulatedCandles } from '../testing/a-backtest.js';
import { signalsInRuns } from '../testing/signals-in-runs.js';
import { entryConfidence } from './confidence.js';
import { parametersOf, strategyOf } from './registry.js';
import type { StrategySignal } from './strategy.js';

const member = (name: string, rest: object) => ({ name, symbols: ['BTC-USDT'], ...rest });
const high = member('high', { kind: 'rules', entry: 'close > 10', exit: 'close < 5', stop: '3', confidence: '0.8' });
const even = member('even', { kind: 'rules', entry: 'close > 8', exit: 'close < 2', stop: '1', confidence: '0.5' });
const bare = member('bare', { kind: 'rules', entry: 'close > 20', exit: 'false', confidence: '1' });
const trend = member('trend', { kind: 'trend_following', lookback: 12, entry_threshold: 0.5, exit_threshold: 0 });
const dips = member('dips', { kind: 'mean_reversion', lookback: 20, entry_threshold: 1, exit_threshold: 0 });

function ensembleOf(weights: Readonly<Record<string, number>>, thresholds: { entry: number; exit: number }) {
  const members = Object.entries(weights).map(([strategy, weight]) => ({ strategy, weight }));
  const own = { kind: 'ensemble', members, entry_threshold: thresholds.entry, exit_threshold: thresholds.exit };
  const documents = [high, even, bare, trend, dips, member('vote', own)];
  const files = documents.map((document) => ({ file: document.name, value: strategyConfig.parse(document) }));
  const config = strategiesByName(files).get('vote');
  if (config === undefined) throw new Error('expected the ensemble');
  const strategy = strategyOf(config);
  const start = () => strategy.start(parametersOf(config));
  const signals = (candles: readonly Candle[]): (StrategySignal | undefined)[] => {
    const run = start();
    return candles.map((candle) => run.onCandle(candle));
  };
  return { strategy, start, signals };
}

const closing = (...closes: number[]): readonly Candle[] =>
  closes.map((close, index) => ({
    openTimeMs: index * 60_000,
    open: close,
    high: close,
    low: close,
    close,
    volume: 1,
  }));

describe('an ensemble', () => {
  it('weighs the votes of its members by their confidence, and takes the exits of the strongest buyer', () => {
    const { signals } = ensembleOf({ high: 1, even: 3 }, { entry: 0.375, exit: -0.25 });
    // Scores: even alone 3 * 0.5 / 4; both (0.8 + 1.5) / 4; none; high sells 1 / 4; both sell.
    expect(signals(closing(9, 11, 7, 4, 1))).toEqual([
      { side: 'buy', confidence: entryConfidence(0), exits: { stopPrice: 1 } },
      { side: 'buy', confidence: entryConfidence((0.8 + 1.5) / 4 - 0.375), exits: { stopPrice: 1 } },
      undefined,
      { side: 'sell', confidence: 1 },
      { side: 'sell', confidence: 1 },
    ]);
  });

  it('has no exits where its strongest buyer has none', () => {
    const { signals } = ensembleOf({ bare: 2, high: 1 }, { entry: 0.2, exit: -1 });
    expect(signals(closing(11, 30)).map((signal) => signal?.exits)).toEqual([{ stopPrice: 3 }, undefined]);
  });

  it('says nothing before all members are warm', () => {
    const { strategy, signals } = ensembleOf({ dips: 1, high: 9 }, { entry: 0.1, exit: -0.1 });
    expect(strategy.warmup({})).toBe(20);
    const sides = signals(closing(...Array.from({ length: 22 }, () => 11))).map((signal) => signal?.side);
    expect(sides).toEqual([...Array.from({ length: 19 }, () => undefined), 'buy', 'buy', 'buy']);
  });

  it('gives the same bits candle by candle and a run at a time, however they are cut', () => {
    const market = simulatedCandles('BTC-USDT', 700).map(toCandle);
    const { start, signals } = ensembleOf({ trend: 3, dips: 2 }, { entry: 0.05, exit: -0.4 });
    const whole = signals(market);
    expect(new Set(whole.map((signal) => signal?.side))).toEqual(new Set(['buy', 'sell', undefined]));
    fc.assert(
      fc.property(fc.array(fc.nat(600)), (cuts) => {
        expect(signalsInRuns(start(), market, cuts)).toEqual(whole);
      }),
      { numRuns: 20 },
    );
    expect(signals(market.slice(0, 400))).toEqual(whole.slice(0, 400));
  });

  it('that was not read with the files of its members cannot be started', () => {
    const alone = member('vote', {
      kind: 'ensemble',
      members: [{ strategy: 'high' }],
      entry_threshold: 0,
      exit_threshold: 0,
    });
    expect(() => strategyOf(strategyConfig.parse(alone))).toThrow(
      'members: expected high to be read with the other strategy files, was only its name',
    );
  });
});
