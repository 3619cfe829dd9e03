import { parseDecimal } from '@octant/trading/money/decimal';
import type { PlaceOutcome } from '@octant/venue/venue';
import type { LiveDesk } from '../live-desk.js';
import type { LiveOrder } from '../live-order.js';

const AGAIN_MS = 200;

/**
 * Why a sell of the desk's own may not go out yet, or at all: an exit of its position is being cancelled, or has sold meanwhile
 * what it was to sell. Undefined when it may.
 */
export async function heldByExits(desk: LiveDesk, order: LiveOrder): Promise<PlaceOutcome | undefined> {
  if (order.side === 'buy' || order.exitOf !== undefined) return undefined;
  const open = await desk.store.openOrders();
  const isEnding = open.some(
    ({ symbol, exitOf, cancelReason }) => symbol === order.symbol && exitOf !== undefined && cancelReason !== undefined,
  );
  if (isEnding) {
    return { outcome: 'not_done', reason: 'an exit of its position is being cancelled', retryAfterMs: AGAIN_MS };
  }
  const { positions, reservedQty } = await desk.store.loadAccount();
  const held = positions[order.symbol]?.qty ?? '0';
  const wanted = reservedQty[order.symbol] ?? '0';
  if (parseDecimal(wanted).lte(parseDecimal(held))) return undefined;
  const reason = `expected open sells up to the position of ${held}, was ${wanted}`;
  return { outcome: 'rejected', code: 'insufficient_position', reason };
}
