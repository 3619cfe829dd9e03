import type { OrderSide } from '../messages/envelope.js';
import { Decimal, parseDecimal, QUOTE_PLACES } from '../money/decimal.js';

/**
 * Most that a buy may be worth: the cash that open buys have not claimed, less the buffer, with room for the fee; rounded
 * down to quote places. May be negative when open buys claim more than there is; 0 for an account without equity.
 */
export function affordableNotional(account: {
  readonly cashQuote: string;
  readonly equityQuote: string;
  readonly openOrders: readonly { readonly side: OrderSide; readonly qty: string; readonly price: string }[];
  readonly cashBufferRatio: number;
  readonly feesBps: number;
}): Decimal {
  if (parseDecimal(account.equityQuote).lte(0)) return Decimal.of(0);
  const withFee = Decimal.of(account.feesBps).div(10_000).plus(1);
  let free = parseDecimal(account.cashQuote);
  for (const order of account.openOrders) {
    if (order.side === 'buy')
      free = free.minus(parseDecimal(order.qty).times(parseDecimal(order.price)).times(withFee));
  }
  return free.times(Decimal.of(1).minus(account.cashBufferRatio)).divDown(withFee, QUOTE_PLACES);
}
