import type { Refusal } from '../refusals.js';
import type { RiskInput } from '../risk-input.js';
import type { RiskPolicy } from '../risk-policy.js';

/** Refuses an order whose signal is weaker than the threshold; equal is enough. */
export function minConfidence(input: RiskInput, policy: RiskPolicy): Refusal | undefined {
  if (input.confidence >= policy.minConfidence) return undefined;
  return {
    code: 'min_confidence',
    reason: `expected a confidence of at least ${String(policy.minConfidence)}, was ${String(input.confidence)}`,
  };
}
