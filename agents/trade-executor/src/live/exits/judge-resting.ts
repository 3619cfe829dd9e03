import { floorToStep, parseDecimal, type Decimal } from '@octant/trading/money/decimal';
import { unbookedQty, type LiveOrder } from '../live-order.js';
import { decideExits, isAsWanted, type ExitDecision, type ExitMarket } from './decide-exits.js';
import type { LiveExits, LiveExitsOfEntry } from './live-exits.js';

/** Whether nothing has to be written: looked at without a lock, so that a quiet sweep costs two reads. */
export function isInOrder(
  exits: LiveExitsOfEntry,
  child: LiveOrder | undefined,
  { market, lotSize }: { readonly market: ExitMarket; readonly lotSize: Decimal },
): boolean {
  if (market.price !== undefined && isRaised(exits, market.price)) return false;
  const decision = decideExits(exits, market);
  if (decision.step === 'watch') return child === undefined && floorToStep(parseDecimal(exits.qty), lotSize).gt(0);
  if (child === undefined) return isEarly(exits, decision, market.nowMs);
  if (child.state === 'acknowledged' && exits.failures > 0) return false;
  if (decision.step === 'sell') return child.kind.type === 'market' || sellsThere(exits, child, market.price);
  if (hasLostItsStop(child)) return false;
  const wanted = floorToStep(parseDecimal(exits.qty), lotSize);
  return isAsWanted(child.kind, decision.order) && isEnough(exits, child, { wanted, nowMs: market.nowMs });
}

/** Whether it is too early for another attempt; what has only just triggered waits for none. */
export function isEarly({ triggered, dueAtMs }: LiveExits, decision: ExitDecision, nowMs: number): boolean {
  return nowMs < dueAtMs && !(decision.step === 'sell' && triggered === undefined);
}

/** Why the order that rests is not the one that should; undefined when it is. */
export function whyReplaced(
  exits: LiveExits,
  child: LiveOrder,
  should: { readonly decision: ExitDecision; readonly qty: Decimal; readonly nowMs: number },
): string | undefined {
  const { decision, qty, nowMs } = should;
  if (decision.step === 'sell') return `${decision.kind} has triggered`;
  if (decision.step === 'watch') return 'nothing rests any more';
  if (hasLostItsStop(child)) return 'its target has sold in part, which ended its stop';
  if (!isEnough(exits, child, { wanted: qty, nowMs })) return 'its quantity has changed';
  return isAsWanted(child.kind, decision.order) ? undefined : 'its level has changed';
}

/** What rests at the exchange and has its price, or has begun to sell there, is not cancelled at the moment that it is needed. */
export function sellsThere(exits: LiveExits, { kind, filledQty }: LiveOrder, price: string | undefined): boolean {
  const isStop = exits.triggered === 'stop' || exits.triggered === 'trail';
  if (isStop && parseDecimal(filledQty).gt(0)) return true;
  if (price === undefined) return false;
  const last = parseDecimal(price);
  if (kind.type === 'oco' && last.gte(parseDecimal(kind.price))) return true;
  return (kind.type === 'oco' || kind.type === 'stop_loss') && last.lte(parseDecimal(kind.stopPrice));
}

/** Whether the price is one that a trailing stop follows. */
export function isRaised({ terms, highPrice }: LiveExitsOfEntry, price: string): boolean {
  return terms.trailingDistance !== undefined && parseDecimal(price).gt(parseDecimal(highPrice));
}

/** Whether it sells what it should. An entry fills in parts: what rests is not replaced for each of them, but once a second. */
function isEnough(
  { dueAtMs }: LiveExits,
  child: LiveOrder,
  { wanted, nowMs }: { readonly wanted: Decimal; readonly nowMs: number },
): boolean {
  const rests = parseDecimal(unbookedQty(child));
  return wanted.eq(rests) || (wanted.gt(rests) && nowMs < dueAtMs);
}

/** A pair of which one has sold in part is a pair no more: the exchange has taken the other away. */
function hasLostItsStop({ kind, filledQty }: LiveOrder): boolean {
  return kind.type === 'oco' && parseDecimal(filledQty).gt(0);
}
