import { Decimal, parseDecimal } from '../../money/decimal.js';
import type { SlippageCase } from './slippage-case.js';

export interface VolumeSlippage {
  readonly model: 'volume';
  /** What every fill pays. */
  readonly bps: number;
  /** What a fill as large as all that the candle before traded pays on top; smaller ones their share of it. */
  readonly impactBps: number;
}

/**
 * `bps + impactBps x participation`: linear impact. Participation is the fill's quantity over the volume of the candle
 * before, at most 1; 1 where that candle traded nothing, 0 where none had closed.
 */
export function volumeBps({ bps, impactBps }: VolumeSlippage, { qty, before }: SlippageCase): Decimal {
  if (before === undefined) return Decimal.of(bps);
  const volume = parseDecimal(before.volume);
  const participation = volume.lte(0) ? Decimal.of(1) : Decimal.min(1, qty.div(volume));
  return participation.times(impactBps).plus(bps);
}
