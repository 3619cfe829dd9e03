import type { Decimal } from '../money/decimal.js';
import { parseDecimal, roundQuote } from '../money/decimal.js';

/** What is held of one symbol: `qty` in base units, `costQuote` what that quantity cost, fees left out. */
export interface Position {
  readonly qty: string;
  readonly costQuote: string;
}

export const FLAT: Position = { qty: '0', costQuote: '0' };

/** Adds a buy of `qty` (base) for `notional` (quote). */
export function buyInto(position: Position, qty: Decimal, notional: Decimal): { qty: Decimal; costQuote: Decimal } {
  return { qty: parseDecimal(position.qty).plus(qty), costQuote: parseDecimal(position.costQuote).plus(notional) };
}

/**
 * Takes `qty` (base) out of a position at average cost. The whole position takes its whole cost with it, so that nothing
 * is left over by rounding; a part takes its share rounded to quote places.
 *
 * @throws RangeError when `qty` is above the position: the desk holds no short positions.
 */
export function sellFrom(position: Position, qty: Decimal): { qty: Decimal; costQuote: Decimal; costOut: Decimal } {
  const held = parseDecimal(position.qty);
  const cost = parseDecimal(position.costQuote);
  if (qty.gt(held)) {
    throw new RangeError(`expected a sell qty up to the position of ${held.toFixed()}, was ${qty.toFixed()}`);
  }
  const costOut = qty.eq(held) ? cost : roundQuote(cost.times(qty).div(held));
  return { qty: held.minus(qty), costQuote: cost.minus(costOut), costOut };
}
