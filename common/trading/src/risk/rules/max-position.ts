import { formatDecimal, parseDecimal } from '../../money/decimal.js';
import type { Refusal } from '../refusals.js';
import { notionalOf, type RiskInput } from '../risk-input.js';
import type { RiskPolicy } from '../risk-policy.js';

/** Refuses a buy that would lift position and open buys of the symbol above the limit. */
export function maxPosition(input: RiskInput, policy: RiskPolicy): Refusal | undefined {
  const { positionQuote, openBuyQuote } = input.exposure;
  const after = parseDecimal(positionQuote).plus(parseDecimal(openBuyQuote)).plus(notionalOf(input));
  if (after.lte(parseDecimal(policy.maxPositionQuote))) return undefined;
  return {
    code: 'max_position',
    reason: `expected position and open buys of at most ${policy.maxPositionQuote}, was ${formatDecimal(after)}`,
  };
}
