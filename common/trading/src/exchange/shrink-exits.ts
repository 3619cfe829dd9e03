import { Decimal, formatDecimal, parseDecimal } from '../money/decimal.js';
import type { MatchState } from './match-state.js';
import { exitOrderIdOf } from './order-id.js';
import type { PaperOrder } from './paper-exchange.js';
import type { RestingExits } from './resting-exits.js';

/** Takes from the exits of a symbol, the oldest first, what they would sell beyond the position; empty ones end. */
export function shrinkExits<Order extends PaperOrder>(state: MatchState<Order>, symbol: string, atMs: number): void {
  const all = state.exits.filter(({ entry }) => entry.symbol === symbol);
  const claimed = all.reduce((sum, { qty }) => sum.plus(parseDecimal(qty)), Decimal.of(0));
  let excess = claimed.minus(parseDecimal(state.positionOf(symbol).qty));
  for (const exits of all) {
    if (excess.lte(0)) return;
    const taken = Decimal.min(excess, parseDecimal(exits.qty));
    excess = excess.minus(taken);
    takeFrom(state, { exits, taken, atMs });
  }
}

function takeFrom<Order extends PaperOrder>(
  state: MatchState<Order>,
  { exits, taken, atMs }: { exits: RestingExits<Order>; taken: Decimal; atMs: number },
): void {
  const qty = parseDecimal(exits.qty).minus(taken);
  if (qty.isZero()) {
    cancelSold(state, { exits, reason: 'position_sold', atMs });
    return state.dropExits(exits.entry.orderId);
  }
  state.putExits({ ...exits, qty: formatDecimal(qty) });
}

/** Ends an exit order that had sold in part. */
export function cancelSold<Order extends PaperOrder>(
  state: MatchState<Order>,
  end: {
    readonly exits: RestingExits<Order>;
    readonly reason: 'position_left' | 'position_sold';
    readonly atMs: number;
  },
): void {
  const { entry, sold } = end.exits;
  if (sold === undefined || sold.fills === 0) return;
  state.outcomes.push({
    type: 'canceled',
    orderId: exitOrderIdOf(entry.orderId, sold.kind),
    symbol: entry.symbol,
    side: 'sell',
    qty: sold.orderQty,
    filledQty: sold.qty,
    atMs: end.atMs,
    reason: end.reason,
    exit: { kind: sold.kind, entryId: entry.orderId },
  });
}
