import { Decimal, parseDecimal } from '../../money/decimal.js';
import type { SlippageCase } from './slippage-case.js';

export interface SpreadSlippage {
  readonly model: 'spread';
  /** Least that a fill pays. */
  readonly bps: number;
  /** Half the spread as a share of the range of the candle before (0.1 = a tenth of high less low). */
  readonly rangeShare: number;
}

/**
 * The larger of `bps` and `rangeShare x (high - low) / close` of the candle before: a wild market has a wide spread.
 * `bps` where no candle had closed.
 */
export function spreadBps({ bps, rangeShare }: SpreadSlippage, { before }: SlippageCase): Decimal {
  if (before === undefined) return Decimal.of(bps);
  const range = parseDecimal(before.high).minus(parseDecimal(before.low)).div(parseDecimal(before.close));
  return Decimal.max(bps, range.times(rangeShare).times(10_000));
}
