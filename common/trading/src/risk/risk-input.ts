import type { RiskRequest } from '../messages/risk.js';
import type { Decimal } from '../money/decimal.js';
import { parseDecimal } from '../money/decimal.js';

/** What the rules look at: a request, and whether the desk is halted. */
export interface RiskInput extends Pick<
  RiskRequest,
  'requestId' | 'symbol' | 'side' | 'confidence' | 'qty' | 'price' | 'atMs'
> {
  readonly exposure: {
    readonly positionQty: string;
    readonly positionQuote: string;
    readonly openBuyQuote: string;
    readonly dayPnlRatio: number;
  };
  readonly halted: boolean;
}

/** Notional of the order at its reference price. */
export function notionalOf(input: RiskInput): Decimal {
  return parseDecimal(input.qty).times(parseDecimal(input.price));
}

/** Whether the order can only lower exposure: a sell of at most the position. */
export function isReducing(input: RiskInput): boolean {
  return input.side === 'sell' && parseDecimal(input.qty).lte(parseDecimal(input.exposure.positionQty));
}
