import type { Refusal } from '../refusals.js';
import type { RiskInput } from '../risk-input.js';

/** Refuses new exposure while the desk is halted. */
export function halted(input: RiskInput): Refusal | undefined {
  return input.halted
    ? { code: 'halted', reason: `the desk is halted: expected a reducing order, was a ${input.side} of ${input.qty}` }
    : undefined;
}
