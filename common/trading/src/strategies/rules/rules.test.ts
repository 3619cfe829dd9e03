import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { strategyConfig } from '../../config/strategy-config.js';
import { toCandle, type Candle } from '../../market/candle.js';
import { simulatedCandles } from '../../testing/a-backtest.js';
import { signalsInRuns } from '../../testing/signals-in-runs.js';
import { parametersOf, strategyOf, withParameters } from '../registry.js';
import type { StrategySignal } from '../strategy.js';

const base = { name: 'mine', kind: 'rules', symbols: ['BTC-USDT'] };
const pullback = {
  ...base,
  parameters: { fast: 3, slow: 8, atrs: 1.5, hold: 6 },
  indicators: {
    fast_line: { type: 'ema', window: 'fast' },
    slow_line: { type: 'sma', window: 'slow', input: 'hlc3' },
    smooth: { type: 'sma', window: 3, input: 'bands.middle' },
    bands: { type: 'bollinger', window: 5 },
    atr: { type: 'atr', window: 4 },
  },
  regime: 'close < smooth || fast_line > slow_line',
  entry: 'crosses_above(close, fast_line)',
  exit: 'prev.close > prev.smooth && close < bands',
  stop: 'close - atrs * atr',
  take_profit: 'close + 2 * atrs * atr',
  trailing: 'atr * 3',
  time_stop_candles: 'hold',
  confidence: '0.5 + abs(fast_line - slow_line) / close * 10',
};
const market = simulatedCandles('BTC-USDT', 600).map(toCandle);

function signalsOf(document: object, candles: readonly Candle[]): (StrategySignal | undefined)[] {
  const config = strategyConfig.parse(document);
  const run = strategyOf(config).start(parametersOf(config));
  return candles.map((candle) => run.onCandle(candle));
}

/** Candles whose four prices are those closes. */
function closing(...closes: number[]): readonly Candle[] {
  return closes.map((close, index) => ({
    openTimeMs: index * 60_000,
    open: close,
    high: close,
    low: close,
    close,
    volume: 1,
  }));
}

const sides = (signals: readonly (StrategySignal | undefined)[]) =>
  signals.map((signal) => signal?.side ?? '-').join(' ');

describe('a rule strategy', () => {
  it('buys while entry and regime hold, sells while exit holds, and an exit wins over an entry', () => {
    const rules = { ...base, entry: 'close > 10', regime: 'close < 15', exit: 'close < 8 || close > 12' };
    expect(sides(signalsOf(rules, closing(9, 11, 13, 16, 7, 11)))).toBe('- buy sell sell sell buy');
  });

  it('says nothing before all its indicators are warm, not even what does not need them', () => {
    const indicators = { slow: { type: 'sma', window: 3 }, slower: { type: 'sma', window: 2, input: 'slow' } };
    const rules = { ...base, indicators, entry: 'close > 1', exit: 'slower < 0' };
    const config = strategyConfig.parse(rules);
    expect(strategyOf(config).warmup({})).toBe(4);
    expect(sides(signalsOf(rules, closing(2, 2, 2, 2, 2)))).toBe('- - - buy buy');
    expect(strategyOf(strategyConfig.parse({ ...rules, exit: 'prev.slower < 0' })).warmup({})).toBe(5);
  });

  it('puts its exits and its confidence on a buy, and neither on a sell', () => {
    const rules = {
      ...base,
      entry: 'close > 10',
      exit: 'close < 8',
      stop: 'close - 1',
      take_profit: 'close * 2',
      trailing: '0.5',
      time_stop_candles: 7,
      confidence: 'close / 10 - 0.4',
    };
    const exits = { stopPrice: 10, takeProfitPrice: 22, trailingDistance: 0.5, maxCandles: 7 };
    expect(signalsOf(rules, closing(11, 7, 30))).toEqual([
      { side: 'buy', confidence: 11 / 10 - 0.4, exits },
      { side: 'sell', confidence: 1 },
      { side: 'buy', confidence: 1, exits: { ...exits, stopPrice: 29, takeProfitPrice: 60 } },
    ]);
  });

  it('buys with the confidence of a bare entry, and no exits, where the file has none', () => {
    expect(signalsOf({ ...base, entry: 'close > 1', exit: 'false' }, closing(2))).toEqual([
      { side: 'buy', confidence: 0.6 },
    ]);
  });

  it.each([
    ['stop', 'close'],
    ['stop', '0 - 1'],
    ['stop', 'close / 0 - close / 0'],
    ['take_profit', 'close'],
    ['take_profit', '1 / 0'],
    ['trailing', '0'],
    ['confidence', '0 / 0'],
  ])('does not enter where %s makes no sense: %s', (key, text) => {
    expect(signalsOf({ ...base, entry: 'close > 1', exit: 'false', [key]: text }, closing(2, 3))).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('gives the same bits candle by candle and a run at a time, however they are cut', () => {
    const config = strategyConfig.parse(pullback);
    const whole = signalsOf(pullback, market);
    expect(new Set(whole.map((signal) => signal?.side))).toEqual(new Set(['buy', 'sell', undefined]));
    fc.assert(
      fc.property(fc.array(fc.nat(300)), (cuts) => {
        expect(signalsInRuns(strategyOf(config).start(parametersOf(config)), market, cuts)).toEqual(whole);
      }),
      { numRuns: 20 },
    );
  });

  it('does not look ahead, and gives nothing in its warm-up', () => {
    const config = strategyConfig.parse(pullback);
    const whole = signalsOf(pullback, market);
    const warmup = strategyOf(config).warmup(parametersOf(config));
    expect(whole.slice(0, warmup - 1).every((signal) => signal === undefined)).toBe(true);
    for (const length of [1, 50, 333, 599]) {
      expect(signalsOf(pullback, market.slice(0, length))).toEqual(whole.slice(0, length));
    }
  });

  it('takes other values of its parameters, within what their use allows', () => {
    const config = strategyConfig.parse(pullback);
    const strategy = strategyOf(config);
    expect(strategy.parameters).toEqual([
      { name: 'fast', describe: 'window of fast_line', whole: true, min: 1, max: 100_000 },
      { name: 'slow', describe: 'window of slow_line', whole: true, min: 1, max: 100_000 },
      { name: 'atrs', describe: 'Used in conditions.', whole: false, min: -1e12, max: 1e12 },
      { name: 'hold', describe: 'time_stop_candles', whole: true, min: 1, max: 1_000_000 },
    ]);
    const slower = withParameters(config, { fast: 5 });
    expect(parametersOf(slower)).toEqual({ fast: 5, slow: 8, atrs: 1.5, hold: 6 });
    expect(() => strategy.start(parametersOf(slower))).not.toThrow();
    expect(() => strategy.start({ ...parametersOf(config), fast: 2.5 })).toThrow(
      'fast: expected a whole number from 1 to 100000, was 2.5',
    );
    expect(() => strategy.start({ ...parametersOf(config), fats: 2 })).toThrow('was "fats"; the nearest is fast');
  });
});
