import type { ColumnSeries } from '@octant/trading/backtest/candle-steps';
import type { Report } from '@octant/trading/backtest/report';
import { rowAt, type DecimalColumns } from '@octant/trading/market/candle-columns';

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

/** Fees, slippage and what they took of the gross profit. `tick` is the largest price step of the symbols. */
export function tradingCosts(
  report: Report,
  options: { readonly series: readonly ColumnSeries[]; readonly slippageBps: number },
): TradingCosts {
  const columnsOf = new Map(options.series.map(({ symbol, columns }) => [symbol, columns]));
  let slippageQuote = 0;
  let turnoverQuote = 0;
  for (const { symbol, atMs, side, qty, price } of report.trades) {
    const open = openAt(columnsOf.get(symbol), atMs) ?? Number(price);
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
function openAt(columns: DecimalColumns | undefined, openTimeMs: number): number | undefined {
  if (columns === undefined) return undefined;
  const row = rowAt(columns, openTimeMs);
  return columns.openTimeMs[row] === openTimeMs ? columns.open[row] : undefined;
}
