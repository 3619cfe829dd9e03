import type { Report } from '@octant/trading/backtest/report';
import type { Series } from '../replay/read-series.js';

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
  options: { readonly series: readonly Series[]; readonly slippageBps: number },
): TradingCosts {
  const opens = openPrices(report, options.series);
  let slippageQuote = 0;
  let turnoverQuote = 0;
  for (const { symbol, atMs, side, qty, price } of report.trades) {
    const open = opens.get(`${symbol} ${String(atMs)}`) ?? Number(price);
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

/** Opens of the candles in which something filled, by `symbol atMs`. */
function openPrices({ trades }: Report, series: readonly Series[]): ReadonlyMap<string, number> {
  const wanted = new Set(trades.map(({ symbol, atMs }) => `${symbol} ${String(atMs)}`));
  const opens = new Map<string, number>();
  if (wanted.size === 0) return opens;
  for (const { symbol, candles } of series) {
    for (const { openTimeMs, open } of candles) {
      const key = `${symbol} ${String(openTimeMs)}`;
      if (wanted.has(key)) opens.set(key, Number(open));
    }
  }
  return opens;
}
