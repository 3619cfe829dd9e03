import type { Refusal } from '../refusals.js';
import type { RiskInput } from '../risk-input.js';
import type { RiskPolicy } from '../risk-policy.js';

/** Refuses new exposure once the day's loss has reached its limit. */
export function dailyLoss(input: RiskInput, policy: RiskPolicy): Refusal | undefined {
  const { dayPnlRatio } = input.exposure;
  if (dayPnlRatio > -policy.maxDailyLossRatio) return undefined;
  return {
    code: 'daily_loss',
    reason: `expected a day PnL ratio above ${String(-policy.maxDailyLossRatio)}, was ${String(dayPnlRatio)}`,
  };
}
