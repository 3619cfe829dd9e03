import { describe, expect, it } from 'vitest';
import { strategyIdentity } from '../strategies/registry.js';
import { findUnlistedSymbol, strategiesByName } from './strategies-by-name.js';
import { strategyConfig } from './strategy-config.js';

const common = { symbols: ['BTC-USD'] };
const momentum = { ...common, name: 'momentum', lookback: 20, entry_threshold: 1, exit_threshold: 0 };
const rules = { ...common, name: 'mine', kind: 'rules', entry: 'close > 1', exit: 'close < 1' };
const vote = { ...common, name: 'vote', kind: 'ensemble', entry_threshold: 0.5, exit_threshold: -0.5 };

function problemsOf(document: object): string[] {
  const parsed = strategyConfig.safeParse(document);
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('a strategy file', () => {
  it.each([momentum, { ...momentum, name: 'own', kind: 'breakout' }, rules, { ...vote, members: [{ strategy: 'a' }] }])(
    'that is complete is taken: %o',
    (document) => {
      expect(problemsOf(document)).toEqual([]);
    },
  );

  it.each([
    [
      { ...momentum, kind: 'momentun' },
      'kind: expected one of momentum, mean_reversion, breakout, trend_following, rules, ensemble, was "momentun"; the nearest is momentum',
    ],
    [{ ...momentum, lookback: 1 }, 'lookback: expected a whole number from 2 to 5000, was 1'],
    [{ ...momentum, lookback: undefined }, 'lookback: expected a whole number from 2 to 5000, was nothing'],
    [
      { ...momentum, stop: 'close * 0.9' },
      'stop: expected only keys that a strategy of kind momentum has (lookback, entry_threshold, exit_threshold), was stop',
    ],
    [
      { ...momentum, search_space: { lokback: { min: 2, max: 9, step: 1 } } },
      'search_space.lokback: expected one of lookback, entry_threshold, exit_threshold, was "lokback"; the nearest is lookback',
    ],
    [
      { ...momentum, search_space: { lookback: { min: 1, max: 9, step: 0.5 } } },
      [
        'search_space.lookback.min: expected a whole number from 2 to 5000, was 1',
        'search_space.lookback.step: expected a whole number from 1 to 4998, was 0.5',
      ],
    ],
    [
      { ...momentum, signal_channel: 'analysis.signal' },
      'signal_channel: expected a stream that the orchestrator reads signals from: expected one of analysis.signals, was "analysis.signal"; the nearest is analysis.signals',
    ],
    [{ ...rules, entry: undefined }, 'entry: expected a CEL condition, was nothing'],
    [
      { ...rules, exit: undefined },
      'exit: expected a way out: one of exit, stop, take_profit, trailing, time_stop_candles, was nothing',
    ],
    [
      { ...rules, entry: 'close >> 1' },
      'entry: expected a number, a name or "(", was ">"; at line 1, column 8\n  close >> 1\n         ^',
    ],
    [
      { ...rules, stop: 'clos - 1' },
      'stop: expected one of open, high, low, close, volume, prev, was "clos"; the nearest is close; at line 1, column 1\n  clos - 1\n  ^',
    ],
    [{ ...rules, lookback: 5 }, /^lookback: expected only keys that a strategy of kind rules has/],
    [{ ...rules, time_stop_candles: 0 }, 'time_stop_candles: expected a whole number from 1 to 1000000, was 0'],
    [
      { ...rules, time_stop_candles: 'hold', parameters: { holt: 3 } },
      'time_stop_candles: expected a number or a parameter: expected one of holt, was "hold"; the nearest is holt',
    ],
    [
      { ...rules, indicators: { e: { type: 'emma' } } },
      /^indicators\.e\.type: expected one of sma, ema, .*was "emma"; the nearest is ema$/,
    ],
    [
      { ...rules, indicators: { e: { type: 'ema', windw: 3 } } },
      'indicators.e.windw: expected one of window, was "windw"; the nearest is window',
    ],
    [
      { ...rules, indicators: { e: { type: 'ema', window: 0 } } },
      'indicators.e.window: expected a whole number from 1 to 100000, was 0',
    ],
    [
      { ...rules, indicators: { e: { type: 'ema', window: 'slow' } }, parameters: { slo: 3 } },
      'indicators.e.window: expected a number or a parameter: expected one of slo, was "slow"; the nearest is slo',
    ],
    [
      { ...rules, indicators: { e: { type: 'ema', input: 'clsoe' } } },
      /^indicators\.e\.input: expected one of open, .*the nearest is close$/,
    ],
    [
      { ...rules, indicators: { e: { type: 'atr', input: 'high' } } },
      'indicators.e.input: expected no input, as atr is computed on the whole candle, was "high"',
    ],
    [
      { ...rules, indicators: { m: { type: 'macd' }, e: { type: 'ema', input: 'm.sgnal' } } },
      'indicators.e.input: output of m: expected one of macd, signal, histogram, was "sgnal"; the nearest is signal',
    ],
    [
      { ...rules, indicators: { a: { type: 'ema', input: 'b' }, b: { type: 'ema', input: 'a' } } },
      [
        'indicators.a.input: expected an input that does not hang on the indicator itself (a, b go round in a circle), was "b"',
        'indicators.b.input: expected an input that does not hang on the indicator itself (a, b go round in a circle), was "a"',
      ],
    ],
    [
      { ...rules, indicators: { close: { type: 'ema' } } },
      'indicators.close: expected a name that means nothing else, was "close"',
    ],
    [{ ...rules, parameters: { 'a-b': 1 } }, 'parameters.a-b: expected a name in lower_snake_case, was "a-b"'],
    [
      { ...rules, parameters: { e: 1 }, indicators: { e: { type: 'ema' } } },
      'indicators.e: expected another name than a parameter\'s, was "e"',
    ],
    [
      {
        ...rules,
        parameters: { w: 9 },
        indicators: { e: { type: 'ema', window: 'w' } },
        search_space: { w: { min: 1.5, max: 9, step: 1 } },
      },
      'search_space.w.min: expected a whole number from 1 to 100000, was 1.5',
    ],
    [vote, 'members: expected at least one member, was none'],
    [
      { ...vote, members: [{ strategy: 'a' }, { strategy: 'a' }] },
      'members.1.strategy: expected each member once, was a again',
    ],
    [
      { ...vote, entry_threshold: 2, members: [{ strategy: 'a' }] },
      'entry_threshold: expected a number from -1 to 1, was 2',
    ],
  ])('says what is wrong with it: %o', (document, expected) => {
    const problems = problemsOf(document);
    if (expected instanceof RegExp) expect(problems.join('\n')).toMatch(expected);
    else expect(problems).toEqual([expected].flat());
  });
});

describe('strategy files together', () => {
  const file = (document: object) => {
    const value = strategyConfig.parse(document);
    return { file: `strategies/${value.name}.yaml`, value };
  };

  it('have the members of an ensemble in it, each with its own file', () => {
    const files = [file({ ...vote, members: [{ strategy: 'momentum', weight: 2 }] }), file(momentum)];
    const own = files[1]?.value;
    expect(strategiesByName(files).get('vote')?.members).toEqual([{ strategy: 'momentum', weight: 2, config: own }]);
  });

  it('let a disabled member not vote, and an ensemble without another be disabled', () => {
    const off = { ...momentum, name: 'off', kind: 'momentum', enabled: false };
    const both = { ...vote, members: [{ strategy: 'off' }, { strategy: 'momentum' }] };
    const none = { ...vote, name: 'none', members: [{ strategy: 'off' }] };
    const read = strategiesByName([off, both, none, momentum].map(file));
    expect(read.get('vote')?.members?.map(({ strategy }) => strategy)).toEqual(['momentum']);
    expect(read.get('none')).toMatchObject({ enabled: false, members: [] });
  });

  it('refuse a name that is there twice, a member that is not there, and members in a circle', () => {
    expect(() => strategiesByName([file(momentum), file(momentum)])).toThrow(
      'strategies/momentum.yaml: name: expected each strategy once, was momentum again',
    );
    expect(() => strategiesByName([file({ ...vote, members: [{ strategy: 'momentun' }] }), file(momentum)])).toThrow(
      'strategies/vote.yaml: members[0].strategy: expected one of vote, momentum, was "momentun"; the nearest is momentum',
    );
    const other = { ...vote, name: 'other', members: [{ strategy: 'vote' }] };
    expect(() => strategiesByName([file({ ...vote, members: [{ strategy: 'other' }] }), file(other)])).toThrow(
      'strategies/other.yaml: members[0].strategy: expected members that do not go round in a circle, was vote > other > vote',
    );
  });

  it('have the same identity exactly when they give the same signals', () => {
    const identity = (document: object) => strategyIdentity(strategyConfig.parse(document));
    expect(identity({ ...momentum, risk_profile: 'aggressive', symbols: ['ETH-USD'] })).toBe(identity(momentum));
    const others = [
      { ...momentum, lookback: 21 },
      { ...momentum, kind: 'breakout' },
      rules,
      { ...rules, entry: 'close > 2' },
      { ...rules, parameters: { a: 1 } },
      { ...rules, indicators: { e: { type: 'ema' } } },
      { ...rules, time_stop_candles: 4 },
    ].map(identity);
    expect(new Set([identity(momentum), ...others]).size).toBe(8);
    const voting = (lookback: number, weight: number) =>
      strategyIdentity(
        strategiesByName([
          file({ ...momentum, lookback }),
          file({ ...vote, members: [{ strategy: 'momentum', weight }] }),
        ]).get('vote') ?? strategyConfig.parse(momentum),
      );
    expect(new Set([voting(20, 1), voting(21, 1), voting(20, 2)]).size).toBe(3);
  });
});

describe('a symbol that a strategy does not list', () => {
  const markets = ['BTC-USD', 'ETH-USD'];
  it('is named with those that it lists, whatever the notation', () => {
    const strategy = strategyConfig.parse({ ...momentum, symbols: ['btc/usd'] });
    expect(findUnlistedSymbol(strategy, ['BTCUSD'], markets)).toBeUndefined();
    expect(findUnlistedSymbol(strategy, ['BTC-USD', 'ETH-USD'], markets)).toBe(
      'expected a symbol that the strategy momentum lists (BTC-USD), was ETH-USD',
    );
  });
});
