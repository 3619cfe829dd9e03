import type { OrderSide } from '../messages/envelope.js';
import { Decimal, formatDecimal, parseDecimal } from '../money/decimal.js';

/** From flat to flat in one symbol; `pnlQuote` is what it earned net of all its fees; `closedAtMs` its last fill. */
export interface RoundTrip {
  readonly symbol: string;
  readonly pnlQuote: string;
  readonly closedAtMs: number;
}

/** The closed round trips of an account's fills, given in the account's order; what is still open is left out. */
export function roundTripsOf(
  fills: readonly {
    readonly symbol: string;
    readonly side: OrderSide;
    readonly qty: string;
    readonly price: string;
    readonly feeQuote: string;
    readonly atMs: number;
  }[],
): readonly RoundTrip[] {
  const open = new Map<string, { held: Decimal; pnl: Decimal }>();
  const closed: RoundTrip[] = [];
  for (const fill of fills) {
    const trip = open.get(fill.symbol) ?? { held: new Decimal(0), pnl: new Decimal(0) };
    const sign = fill.side === 'buy' ? 1 : -1;
    const qty = parseDecimal(fill.qty).times(sign);
    const held = trip.held.plus(qty);
    const pnl = trip.pnl.minus(qty.times(parseDecimal(fill.price))).minus(parseDecimal(fill.feeQuote));
    if (held.isZero()) {
      open.delete(fill.symbol);
      closed.push({ symbol: fill.symbol, pnlQuote: formatDecimal(pnl), closedAtMs: fill.atMs });
    } else {
      open.set(fill.symbol, { held, pnl });
    }
  }
  return closed;
}
