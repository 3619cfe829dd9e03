import type { ColumnSeries } from '@octant/trading/backtest/candle-steps';
import type { Report } from '@octant/trading/backtest/report';
import { rowAt } from '@octant/trading/market/candle-columns';

/** What trading took, quote currency. */
export interface TradingCosts {
  readonly feesQuote: number;
  /** What the fills paid against their candle's open, an estimate: never more a fill than the slippage setting. */
  readonly slippageQuote: number;
  readonly turnoverQuote: number;
  /** Profit before fees and slippage, open positions at the last close. */
  readonly grossQuote: number;
  /** (fees + slippage) / gross profit; null where there is no gross profit. */
  readonly shareOfGross: number | null;
}

/** Fees, slippage and what they took of the gross profit. A symbol may be there twice, with candles of two lengths. */
export function tradingCosts(
  report: Report,
  options: { readonly series: readonly ColumnSeries[]; readonly slippageBps: number },
): TradingCosts {
  let slippageQuote = 0;
  let turnoverQuote = 0;
  for (const { symbol, atMs, side, qty, price } of report.trades) {
    const open = openAt(options.series, { symbol, atMs }) ?? Number(price);
    const worse = side === 'buy' ? Number(price) - open : open - Number(price);
    // A fill below the open may be a stop's: no more than the setting is slippage.
    const most = (Number(price) * options.slippageBps) / (10_000 - options.slippageBps);
    slippageQuote += Math.max(0, Math.min(worse, most)) * Number(qty);
    turnoverQuote += Number(price) * Number(qty);
  }
  const feesQuote = Number(report.feesQuote);
  const grossQuote = Number(report.finalEquityQuote) - Number(report.startEquityQuote) + feesQuote + slippageQuote;
  const shareOfGross = grossQuote > 0 ? (feesQuote + slippageQuote) / grossQuote : null;
  return { feesQuote, slippageQuote, turnoverQuote, grossQuote, shareOfGross };
}

/** The open of the candle that opened then; undefined where there is none. */
function openAt(
  series: readonly ColumnSeries[],
  { symbol, atMs }: { readonly symbol: string; readonly atMs: number },
): number | undefined {
  for (const { columns, ...one } of series) {
    if (one.symbol !== symbol) continue;
    const row = rowAt(columns, atMs);
    if (columns.openTimeMs[row] === atMs) return columns.open[row];
  }
  return undefined;
}
