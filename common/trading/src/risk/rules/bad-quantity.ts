import { parseDecimal } from '../../money/decimal.js';
import type { Refusal } from '../refusals.js';
import type { RiskInput } from '../risk-input.js';

/** Refuses an order without a quantity or a price. */
export function badQuantity(input: RiskInput): Refusal | undefined {
  if (parseDecimal(input.qty).lte(0)) return { code: 'bad_quantity', reason: `expected qty above 0, was ${input.qty}` };
  if (parseDecimal(input.price).lte(0)) {
    return { code: 'bad_quantity', reason: `expected price above 0, was ${input.price}` };
  }
  return undefined;
}
