import { describe, expect, it } from 'vitest';
import type { DecimalCandle } from '../market/candle.js';
import { decimalColumnsOf } from '../market/candle-columns.js';
import { aBacktest } from '../testing/a-backtest.js';
import type { StrategyRun } from '../strategies/strategy.js';
import type { FinerUse } from './finer-candles.js';
import { tradeInputOf } from './run-backtest.js';
import { tradeColumns, type TradeInput } from './trade-columns.js';

const START_MS = Date.UTC(2024, 0, 1);
const HOUR_MS = 3_600_000;
const QUARTER_MS = 900_000;

const candle = (openTimeMs: number, prices: readonly [string, string, string, string]): DecimalCandle => {
  const [open, high, low, close] = prices;
  return { openTimeMs, open, high, low, close, volume: '100' };
};
/** Hours: a quiet one that gives the signal, and one that touches both the stop at 95 and the target at 105. */
const hours = [
  candle(START_MS, ['100', '100', '100', '100']),
  candle(START_MS + HOUR_MS, ['100', '106', '94', '100']),
  candle(START_MS + 2 * HOUR_MS, ['100', '100', '100', '100']),
];
type Quarter = readonly [string, string, string, string];
const quartersOf = (...quarters: readonly Quarter[]): DecimalCandle[] =>
  quarters.map((prices, index) => candle(START_MS + HOUR_MS + index * QUARTER_MS, prices));
const upFirst = quartersOf(['100', '101', '99', '101'], ['101', '106', '101', '102'], ['102', '102', '94', '96']);
const downFirst = quartersOf(['100', '101', '99', '99'], ['99', '99', '94', '96'], ['96', '106', '96', '100']);

/** Buys at the first close, with a stop and a target. */
const buyOnce = (): StrategyRun => {
  let count = 0;
  return {
    onCandle: () => {
      count += 1;
      return count === 1 ? { side: 'buy', confidence: 1, exits: { stopPrice: 95, takeProfitPrice: 105 } } : undefined;
    },
  };
};

function trade(finer: readonly DecimalCandle[] | undefined): { sold: unknown; use: FinerUse } {
  const base = tradeInputOf(aBacktest({ series: [{ symbol: 'BTC-USDT', candles: hours }] }));
  const input: TradeInput = {
    ...base,
    runs: [buyOnce()],
    rules: { ...base.rules, fills: { ...base.rules.fills, slippage: { model: 'fixed', bps: 0 } } },
    finer: finer === undefined ? undefined : new Map([['BTC-USDT', decimalColumnsOf(finer)]]),
  };
  const { desk, finerUse } = tradeColumns(input);
  const sold = desk?.fills.filter(({ side }) => side === 'sell').map(({ price, atMs }) => ({ price, atMs }));
  return { sold, use: finerUse };
}

describe('shorter candles', () => {
  it('tell whether the target or the stop came first', () => {
    expect(trade(upFirst)).toEqual({
      sold: [{ price: '105', atMs: START_MS + HOUR_MS + QUARTER_MS }],
      use: { used: 1, absent: 0, differing: 0 },
    });
    expect(trade(downFirst)).toEqual({
      sold: [{ price: '95', atMs: START_MS + HOUR_MS + QUARTER_MS }],
      use: { used: 1, absent: 0, differing: 0 },
    });
  });

  it('are left aside where there is none or they tell of other prices: the candle counts, the worst first', () => {
    const worst = [{ price: '95', atMs: START_MS + HOUR_MS }];
    expect(trade(undefined)).toEqual({ sold: worst, use: { used: 0, absent: 0, differing: 0 } });
    expect(trade([candle(START_MS, ['100', '100', '100', '100'])])).toEqual({
      sold: worst,
      use: { used: 0, absent: 1, differing: 0 },
    });
    expect(trade(upFirst.slice(0, 2))).toEqual({ sold: worst, use: { used: 0, absent: 0, differing: 1 } });
  });
});
