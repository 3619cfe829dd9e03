import type { Decimal } from '../money/decimal.js';
import { parseDecimal } from '../money/decimal.js';
import type { Refusal } from './refusals.js';
import type { RiskApproval } from './risk-approved.js';
import { isReducing, notionalOf, type RiskInput } from './risk-input.js';
import type { RiskPolicy } from './risk-policy.js';
import { badQuantity } from './rules/bad-quantity.js';
import { dailyLoss } from './rules/daily-loss.js';
import { halted } from './rules/halted.js';
import { maxOrder } from './rules/max-order.js';
import { maxPosition } from './rules/max-position.js';
import { minConfidence } from './rules/min-confidence.js';
import { shortNotAllowed } from './rules/short-not-allowed.js';
import { tradingWindow } from './rules/trading-window.js';

type RiskRule = (input: RiskInput, policy: RiskPolicy) => Refusal | undefined;

/** In the order they are asked; the first refusal stands. */
const RULES_OF_EVERY_ORDER: readonly RiskRule[] = [badQuantity, shortNotAllowed, minConfidence];
/** What lowers exposure passes these. */
const RULES_OF_NEW_EXPOSURE: readonly RiskRule[] = [halted, dailyLoss, tradingWindow, maxOrder, maxPosition];

export type RiskDecision =
  | { readonly ok: true; readonly riskScore: number; readonly approval: RiskApproval }
  | ({ readonly ok: false; readonly riskScore: number } & Refusal);

/**
 * Whether an order may be sent. `riskScore` in [0, 1] is the largest used share of the order, position and daily loss
 * limits (0 for a reducing order), whether it is refused or not.
 */
export function decideRisk(input: RiskInput, policy: RiskPolicy): RiskDecision {
  const reducing = isReducing(input);
  const riskScore = reducing ? 0 : scoreOf(input, policy);
  const rules = reducing ? RULES_OF_EVERY_ORDER : [...RULES_OF_EVERY_ORDER, ...RULES_OF_NEW_EXPOSURE];
  for (const rule of rules) {
    const refusal = rule(input, policy);
    if (refusal !== undefined) return { ok: false, riskScore, ...refusal };
  }
  return { ok: true, riskScore, approval: { requestId: input.requestId, riskScore } };
}

function scoreOf(input: RiskInput, policy: RiskPolicy): number {
  const notional = notionalOf(input);
  const { positionQuote, openBuyQuote, dayPnlRatio } = input.exposure;
  const after = parseDecimal(positionQuote).plus(parseDecimal(openBuyQuote)).plus(notional);
  const shares = [
    shareOf(notional, policy.maxOrderQuote),
    shareOf(after, policy.maxPositionQuote),
    -dayPnlRatio / policy.maxDailyLossRatio,
  ];
  return Math.min(1, Math.max(0, ...shares));
}

function shareOf(amount: Decimal, limit: string): number {
  return amount.ratioTo(parseDecimal(limit));
}
