import { describe, expect, it } from 'vitest';
import { toCandle } from '@octant/trading/market/candle';
import type { StrategyRun } from '@octant/trading/strategies/strategy';
import { simulatedCandles } from '@octant/trading/testing/a-backtest';
import { configFolder } from '../backtest/config-folder.js';
import { readDeskConfig } from '../desk/desk-config.js';
import { checkLookahead } from './check-lookahead.js';
import { signalSource } from './run-lookahead.js';
import type { SignalSource } from './signal-run.js';
import { warmUpSensitivity } from './warm-up-sensitivity.js';

const candles = simulatedCandles('BTC-USDT', 300).map(toCandle);
const options = { sample: 1000, seed: 1 };

/** Buys when the candle closes above its open: one by one and at once the same, unless `peek` makes it look further. */
function source(onColumns: StrategyRun['onColumns']): SignalSource {
  const onCandle: StrategyRun['onCandle'] = ({ open, close }) =>
    close > open ? { side: 'buy', confidence: 1 } : undefined;
  return { name: 'planted', warmup: 1, start: () => ({ onCandle, ...(onColumns === undefined ? {} : { onColumns }) }) };
}

const peeking = (ahead: number): SignalSource =>
  source((columns, { from, to }, out) => {
    for (let index = from; index < to; index += 1) {
      const at = Math.min(columns.length - 1, index + ahead);
      out.side[index - from] = (columns.close[at] ?? 0) > (columns.open[at] ?? 0) ? 1 : 0;
      out.confidence[index - from] = 1;
    }
  });

describe('the look-ahead check', () => {
  it('finds nothing in a strategy that knows only the past', () => {
    for (const honest of [source(undefined), peeking(0)]) {
      const { candles: count, checked, differences } = checkLookahead(honest, candles, options);
      expect({ count, checked, differences }).toEqual({ count: 300, checked: 300, differences: [] });
    }
  });

  it('catches a strategy that looks one candle ahead, in each trial, naming candle, expected and was', () => {
    const { differences } = checkLookahead(peeking(1), candles, options);
    expect(new Set(differences.map(({ trial }) => trial))).toEqual(
      new Set(['one by one', 'truncated', 'future replaced']),
    );
    const cut = differences.find(({ trial }) => trial === 'truncated');
    expect(cut).toEqual({
      trial: 'truncated',
      candle: expect.any(Number),
      openTimeMs: candles[cut?.candle ?? -1]?.openTimeMs,
      known: (cut?.candle ?? -1) + 1,
      expected: expect.stringMatching(/^(none|buy 1)$/),
      was: expect.stringMatching(/^(none|buy 1)$/),
    });
    expect(cut?.expected).not.toBe(cut?.was);
  });

  it('catches a look at the far end of the data', () => {
    const { differences } = checkLookahead(
      source((columns, { from, to }, out) => {
        const last = columns.close[columns.length - 1] ?? 0;
        for (let index = from; index < to; index += 1) {
          out.side[index - from] = (columns.close[index] ?? 0) < last ? 1 : 0;
          out.confidence[index - from] = 1;
        }
      }),
      candles,
      options,
    );
    expect(differences.length).toBeGreaterThan(0);
  });

  it('catches a run that does not start afresh', () => {
    let seen = 0;
    const sticky: SignalSource = {
      name: 'sticky',
      warmup: 1,
      start: () => ({ onCandle: () => ((seen += 1) % 2 === 0 ? { side: 'buy', confidence: 1 } : undefined) }),
    };
    expect(checkLookahead(sticky, candles.slice(0, 99), options).differences.length).toBeGreaterThan(0);
  });

  it('checks a seeded choice of the telling places where there are too many', () => {
    const seen = (seed: number) => checkLookahead(source(undefined), candles, { sample: 20, seed });
    expect(seen(1).checked).toBe(20);
    expect(seen(1)).toEqual(seen(1));
  });
});

describe('every shipped strategy', () => {
  const { strategies } = readDeskConfig(configFolder());
  it.each(strategies.map((config) => [config.name, config] as const))('%s does not look ahead', (_, config) => {
    const result = checkLookahead(signalSource(config), candles, options);
    expect(result.differences).toEqual([]);
    expect(result.checked).toBe(300);
  });
});

describe('the warm-up sensitivity', () => {
  it('says after how many candles a window forgets where it began', () => {
    const window: SignalSource = {
      name: 'window',
      warmup: 5,
      start: () => {
        const closes: number[] = [];
        return {
          onCandle: ({ close }) => {
            closes.push(close);
            if (closes.length < 5) return undefined;
            return { side: 'buy', confidence: Math.max(...closes.slice(-5)) / 1e9 };
          },
        };
      },
    };
    for (const { later, differing, agreesAfter, sidesAgreeAfter } of warmUpSensitivity(window, candles)) {
      expect({ later, differing, agreesAfter, sidesAgreeAfter }).toEqual({
        later,
        differing: 4 - Math.max(0, 4 - later),
        agreesAfter: 4,
        sidesAgreeAfter: 4,
      });
    }
  });

  it('says never of a strategy that counts from its beginning', () => {
    const counting: SignalSource = {
      name: 'counting',
      warmup: 1,
      start: () => {
        let count = 0;
        return { onCandle: () => ({ side: 'buy', confidence: 1 / (count += 1) }) };
      },
    };
    expect(warmUpSensitivity(counting, candles)[0]).toEqual({
      later: 1,
      differing: 299,
      agreesAfter: null,
      sidesAgreeAfter: 0,
    });
  });
});
