import { formatDecimal, parseDecimal } from '../../money/decimal.js';
import type { Refusal } from '../refusals.js';
import { notionalOf, type RiskInput } from '../risk-input.js';
import type { RiskPolicy } from '../risk-policy.js';

/** Refuses an order worth more than the limit. */
export function maxOrder(input: RiskInput, policy: RiskPolicy): Refusal | undefined {
  const notional = notionalOf(input);
  if (notional.lte(parseDecimal(policy.maxOrderQuote))) return undefined;
  return {
    code: 'max_order',
    reason: `expected a notional of at most ${policy.maxOrderQuote}, was ${formatDecimal(notional)}`,
  };
}
