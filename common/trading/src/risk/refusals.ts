/**
 * Why risk refuses an order; a closed set, published in `risk.responses.code`.
 * - bad_quantity: the quantity or the price is not above 0.
 * - short_not_allowed: a sell above the position.
 * - halted: the desk takes no new exposure.
 * - daily_loss: the day's loss has reached the limit.
 * - trading_window: outside the hours of trading.
 * - min_confidence: the signal is too weak.
 * - max_order: the order's notional is above the limit.
 * - max_position: position, open buys and this order together are above the limit.
 */
export const REFUSAL_CODES = [
  'bad_quantity',
  'short_not_allowed',
  'halted',
  'daily_loss',
  'trading_window',
  'min_confidence',
  'max_order',
  'max_position',
] as const;

export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** A refusal: the rule that spoke, and a sentence with the numbers. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly reason: string;
}
