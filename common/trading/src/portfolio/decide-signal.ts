import type { OrderSide } from '../messages/envelope.js';
import type { OpenOrder } from './size-order.js';

/** Why a signal goes no further: there is nothing to do about it. */
export type DropReason = 'halted' | 'holding' | 'open_buy' | 'flat';

/**
 * Whether a level-triggered signal leads to an order at all, asked before sizing: buys are dropped while the desk is
 * halted, while the symbol is held and while a buy of it is open; sells while the desk is flat in it.
 */
export function decideSignal(input: {
  readonly symbol: string;
  readonly side: OrderSide;
  readonly positionQty: string;
  readonly openOrders: readonly Pick<OpenOrder, 'side' | 'symbol'>[];
  readonly halted: boolean;
}): DropReason | 'size' {
  const holding = Number(input.positionQty) > 0;
  if (input.side === 'sell') return holding ? 'size' : 'flat';
  if (input.halted) return 'halted';
  if (holding) return 'holding';
  const bought = input.openOrders.some((order) => order.side === 'buy' && order.symbol === input.symbol);
  return bought ? 'open_buy' : 'size';
}
