import type { ColumnSeries } from '@octant/trading/backtest/candle-steps';

/** What the same cash in the same symbols would have become without a strategy; quote currency. */
export interface BuyAndHold {
  readonly finalEquityQuote: number;
  readonly returnRatio: number;
  readonly feesQuote: number;
  /** Equity at a time: positions at the last close up to then. Times must not fall from call to call. */
  readonly equityAt: (closeTimeMs: number) => number;
}

/**
 * Splits the start equity evenly over the symbols and buys each at its first open, with the desk's fees and slippage, then
 * holds: nothing is sold at the end, as the report does not sell either.
 */
export function buyAndHold(options: {
  readonly series: readonly ColumnSeries[];
  readonly candleMs: number;
  readonly startEquity: number;
  readonly feesBps: number;
  readonly slippageBps: number;
}): BuyAndHold {
  const { series, candleMs, startEquity } = options;
  const fee = options.feesBps / 10_000;
  const slip = 1 + options.slippageBps / 10_000;
  const share = startEquity / series.length;
  const holdings = series.map(({ columns }) => {
    const price = (columns.open[0] ?? NaN) * slip;
    return { columns, qty: share / (price * (1 + fee)), at: 0, boughtAtMs: columns.openTimeMs[0] ?? Infinity };
  });
  const equityAt = (closeTimeMs: number): number => {
    let sum = 0;
    for (const holding of holdings) {
      const { close, openTimeMs } = holding.columns;
      while ((openTimeMs[holding.at + 1] ?? Infinity) + candleMs <= closeTimeMs) holding.at += 1;
      const isBought = holding.boughtAtMs + candleMs <= closeTimeMs;
      sum += isBought ? holding.qty * (close[holding.at] ?? NaN) : share;
    }
    return sum;
  };
  const final = holdings.reduce((sum, { columns, qty }) => sum + qty * (columns.close.at(-1) ?? NaN), 0);
  return {
    finalEquityQuote: final,
    returnRatio: final / startEquity - 1,
    feesQuote: startEquity - startEquity / (1 + fee),
    equityAt,
  };
}
