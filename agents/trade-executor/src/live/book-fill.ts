import { FLAT, buyInto, sellFrom, type Position } from '@octant/trading/portfolio/position';
import { Decimal, formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import type { VenueFill } from '@octant/venue/venue';
import type { LiveAccount } from './live-account.js';
import type { LiveOrder } from './live-order.js';

/** A fill as the books take it. */
export interface BookedFill {
  /** What the position changed by: less a fee in base currency of a buy, with one of a sell. */
  readonly qty: string;
  readonly price: string;
  /** Taken from the cash; a fee in base currency at the fill's price, "0" for one in a third currency. */
  readonly feeQuote: string;
  readonly feeBase: string;
  /** Realised, before the fee; "0" for a buy. */
  readonly profit: string;
  readonly cashQuote: string;
  readonly position: Position;
  /** Of the order, as the venue counts it. */
  readonly filledQty: string;
  readonly fillNumber: number;
  readonly complete: boolean;
}

export type FillBooking =
  { readonly bookable: true; readonly fill: BookedFill } | { readonly bookable: false; readonly why: string };

/**
 * Books a fill so that cash and position move by exactly what moved at the venue. A fee in quote currency is paid on top; a
 * fee in base currency is booked as that much less bought (more sold) at the same price with a fee of its worth, which
 * comes to the same in cash and coin; a fee in a third currency is noted, and touches neither.
 *
 * Not bookable: more than the order's quantity, or a sell above the position. Nothing is booked then.
 */
export function bookFill(
  account: Pick<LiveAccount, 'cashQuote' | 'positions'>,
  order: Pick<LiveOrder, 'qty' | 'filledQty' | 'fillCount' | 'symbol' | 'side'>,
  fill: Pick<VenueFill, 'qty' | 'price' | 'fee'>,
): FillBooking {
  const gross = parseDecimal(fill.qty);
  const price = parseDecimal(fill.price);
  const filled = parseDecimal(order.filledQty).plus(gross);
  if (filled.gt(parseDecimal(order.qty))) {
    return no(`expected fills up to the order's ${order.qty}, was ${formatDecimal(filled)}`);
  }
  const { feeBase, feeQuote } = feesOf(order.symbol, fill);
  const qty = order.side === 'buy' ? gross.minus(feeBase) : gross.plus(feeBase);
  if (qty.lte(0)) return no(`expected a fee below the fill of ${fill.qty}, was ${fill.fee.amount}`);
  const held = account.positions[order.symbol] ?? FLAT;
  const notional = qty.times(price);
  if (order.side === 'sell' && qty.gt(parseDecimal(held.qty))) {
    return no(`expected a sell up to the position of ${held.qty}, was ${formatDecimal(qty)}`);
  }
  const sold = order.side === 'sell' ? sellFrom(held, qty) : undefined;
  const next = sold ?? buyInto(held, qty, notional);
  const moved = sold === undefined ? notional.neg() : notional;
  return {
    bookable: true,
    fill: {
      qty: formatDecimal(qty),
      price: formatDecimal(price),
      feeQuote: formatDecimal(feeQuote),
      feeBase: formatDecimal(feeBase),
      profit: sold === undefined ? '0' : formatDecimal(notional.minus(sold.costOut)),
      cashQuote: formatDecimal(parseDecimal(account.cashQuote).plus(moved).minus(feeQuote)),
      position: { qty: formatDecimal(next.qty), costQuote: formatDecimal(next.costQuote) },
      filledQty: formatDecimal(filled),
      fillNumber: order.fillCount + 1,
      complete: filled.eq(parseDecimal(order.qty)),
    },
  };
}

function feesOf(symbol: string, { fee, price }: Pick<VenueFill, 'fee' | 'price'>) {
  const [base, quote] = symbol.split('-');
  const amount = parseDecimal(fee.amount);
  const feeBase = fee.currency === base ? amount : Decimal.of(0);
  return { feeBase, feeQuote: fee.currency === quote ? amount : feeBase.times(parseDecimal(price)) };
}

function no(why: string): FillBooking {
  return { bookable: false, why };
}
