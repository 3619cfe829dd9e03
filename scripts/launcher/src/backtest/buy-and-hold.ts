import type { Series } from '../replay/read-series.js';

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
  readonly series: readonly Series[];
  readonly candleMs: number;
  readonly startEquity: number;
  readonly feesBps: number;
  readonly slippageBps: number;
}): BuyAndHold {
  const { series, candleMs, startEquity } = options;
  const fee = options.feesBps / 10_000;
  const slip = 1 + options.slippageBps / 10_000;
  const share = startEquity / series.length;
  const holdings = series.map(({ candles }) => {
    const price = Number(candles[0]?.open ?? NaN) * slip;
    return { candles, qty: share / (price * (1 + fee)), at: 0, boughtAtMs: candles[0]?.openTimeMs ?? Infinity };
  });
  const equityAt = (closeTimeMs: number): number => {
    let sum = 0;
    for (const holding of holdings) {
      const { candles } = holding;
      while ((candles[holding.at + 1]?.openTimeMs ?? Infinity) + candleMs <= closeTimeMs) holding.at += 1;
      const isBought = holding.boughtAtMs + candleMs <= closeTimeMs;
      sum += isBought ? holding.qty * Number(candles[holding.at]?.close ?? NaN) : share;
    }
    return sum;
  };
  const final = holdings.reduce((sum, { candles, qty }) => sum + qty * Number(candles.at(-1)?.close ?? NaN), 0);
  return {
    finalEquityQuote: final,
    returnRatio: final / startEquity - 1,
    feesQuote: startEquity - startEquity / (1 + fee),
    equityAt,
  };
}
