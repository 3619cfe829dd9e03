import type { CandleColumns } from '@octant/trading/market/candle-columns';
import { DAY_MS, startOfUtcDay } from '@octant/trading/portfolio/utc-day';

export interface CrossResult {
  readonly finalEquity: number;
  readonly maxDrawdown: number;
  readonly fills: number;
  /** Annualised, of the equity at each 00:00 UTC. */
  readonly sharpe: number;
}

interface Cross {
  readonly fast: number;
  readonly slow: number;
  readonly feeRatio: number;
  readonly cash: number;
}

const DAYS_A_YEAR = 365;

/**
 * What one would write by hand instead of an engine, for one strategy and in doubles: the cross of two running means bought
 * and sold at the next open with all the cash, fees, equity and drawdown at every close, daily returns and their ratio.
 */
// eslint-disable-next-line complexity -- all in one loop is what it is there to show
export function smaCrossLoop(columns: CandleColumns, { fast, slow, feeRatio, cash: start }: Cross): CrossResult {
  const { open, close, openTimeMs, length } = columns;
  let fastSum = 0;
  let slowSum = 0;
  let cash = start;
  let qty = 0;
  let wanted = 0;
  let fills = 0;
  let peak = start;
  let maxDrawdown = 0;
  let dayEndMs = startOfUtcDay(openTimeMs[0] ?? 0) + DAY_MS;
  let dayEquity = start;
  const returns: number[] = [];
  let equity = start;
  for (let row = 0; row < length; row += 1) {
    const price = open[row] ?? 0;
    if (wanted === 1 && qty === 0) {
      qty = cash / (price * (1 + feeRatio));
      cash = 0;
      fills += 1;
    } else if (wanted === 0 && qty > 0) {
      cash = qty * price * (1 - feeRatio);
      qty = 0;
      fills += 1;
    }
    if ((openTimeMs[row] ?? 0) >= dayEndMs) {
      returns.push(equity / dayEquity - 1);
      dayEquity = equity;
      dayEndMs += DAY_MS;
    }
    const last = close[row] ?? 0;
    equity = cash + qty * last;
    if (equity > peak) peak = equity;
    else if ((peak - equity) / peak > maxDrawdown) maxDrawdown = (peak - equity) / peak;
    fastSum += last - (row >= fast ? (close[row - fast] ?? 0) : 0);
    slowSum += last - (row >= slow ? (close[row - slow] ?? 0) : 0);
    if (row >= slow - 1) wanted = fastSum / fast > slowSum / slow ? 1 : 0;
  }
  return { finalEquity: equity, maxDrawdown, fills, sharpe: sharpeOf(returns) };
}

function sharpeOf(returns: readonly number[]): number {
  const mean = returns.reduce((sum, each) => sum + each, 0) / returns.length;
  const variance = returns.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (returns.length - 1);
  return (mean / Math.sqrt(variance)) * Math.sqrt(DAYS_A_YEAR);
}
