import { Decimal } from '../../money/decimal.js';

export interface FixedSlippage {
  readonly model: 'fixed';
  readonly bps: number;
}

/** The same for every fill. */
export function fixedBps({ bps }: FixedSlippage): Decimal {
  return Decimal.of(bps);
}
