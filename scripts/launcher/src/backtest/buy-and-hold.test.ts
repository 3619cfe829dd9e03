import { describe, expect, it } from 'vitest';
import { decimalColumnsOf } from '@octant/trading/market/candle-columns';
import { someCandles } from '@octant/trading/testing/a-candle';
import { buyAndHold } from './buy-and-hold.js';

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2024, 0, 1);

describe('buy and hold', () => {
  it('follows the closes from the first open on, without costs', () => {
    const series = [{ symbol: 'BTC-USDT', columns: decimalColumnsOf(someCandles(['100', '110', '90'])) }];
    const held = buyAndHold({ series, candleMs: HOUR_MS, startEquity: 1000, feesBps: 0, slippageBps: 0 });
    const open = Number(series[0]?.columns.open[0]);
    expect([1, 2, 3].map((hours) => held.equityAt(START_MS + hours * HOUR_MS))).toEqual(
      [100, 110, 90].map((close) => (1000 / open) * close),
    );
    expect([held.finalEquityQuote, held.feesQuote]).toEqual([(1000 / open) * 90, 0]);
  });

  it('pays fees and slippage once, out of the same cash', () => {
    const series = [{ symbol: 'BTC-USDT', columns: decimalColumnsOf(someCandles(['100', '100'])) }];
    const held = buyAndHold({ series, candleMs: HOUR_MS, startEquity: 1000, feesBps: 100, slippageBps: 100 });
    const open = Number(series[0]?.columns.open[0]);
    expect(held.finalEquityQuote).toBeCloseTo((1000 / 1.01 / (open * 1.01)) * 100, 9);
    expect(held.feesQuote).toBeCloseTo(1000 - 1000 / 1.01, 9);
  });

  it('splits the cash evenly over the symbols', () => {
    const series = [
      { symbol: 'BTC-USDT', columns: decimalColumnsOf(someCandles(['100', '200'])) },
      { symbol: 'ETH-USDT', columns: decimalColumnsOf(someCandles(['50', '50'])) },
    ];
    const held = buyAndHold({ series, candleMs: HOUR_MS, startEquity: 1000, feesBps: 0, slippageBps: 0 });
    const [btc, eth] = series.map(({ columns }) => columns.open[0]);
    expect(held.finalEquityQuote).toBeCloseTo((500 / (btc ?? 1)) * 200 + (500 / (eth ?? 1)) * 50, 9);
  });
});
