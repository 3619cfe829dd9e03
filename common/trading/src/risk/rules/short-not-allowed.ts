import type { Refusal } from '../refusals.js';
import { isReducing, type RiskInput } from '../risk-input.js';

/** Refuses a sell of more than is held: the desk is spot only. */
export function shortNotAllowed(input: RiskInput): Refusal | undefined {
  if (input.side === 'buy' || isReducing(input)) return undefined;
  return {
    code: 'short_not_allowed',
    reason: `expected a sell up to the position of ${input.exposure.positionQty}, was ${input.qty}`,
  };
}
