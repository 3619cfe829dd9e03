import type { ExitKind } from '@octant/trading/exchange/paper-exchange';
import { stopLevelOf, targetLevelOf } from '@octant/trading/exchange/resting-exits';
import { Decimal, floorToStep, formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import type { VenueOrderKind, VenueOrderType } from '@octant/venue/venue';
import type { LiveOrder } from '../live-order.js';
import type { LiveExitsOfEntry } from './live-exits.js';

export interface ExitMarket {
  /** Last price of the exchange; undefined when it is not known, and then only time can trigger. */
  readonly price: string | undefined;
  readonly nowMs: number;
  readonly tickSize: Decimal;
  /** What the exchange can keep for us. */
  readonly orderTypes: ReadonlySet<VenueOrderType>;
}

/** What should be at the exchange for an entry's exits. */
export type ExitDecision =
  /** Nothing can rest there, and nothing has triggered. */
  | { readonly step: 'watch' }
  | { readonly step: 'rest'; readonly kind: ExitKind; readonly order: VenueOrderKind }
  | { readonly step: 'sell'; readonly kind: ExitKind };

/** A trailing stop is put higher in steps of this share of its level: each one is a cancel and a new order. */
const TRAIL_STEP = Decimal.of('0.001');

/**
 * Decides on exits as the paper exchange does: the stop before the time stop before the target, and what has triggered
 * sells. A stop rests at the exchange, with the target beside it (one cancels the other) where the exchange has that; what
 * rests there triggers there, so that it protects a desk that is down.
 */
export function decideExits(exits: LiveExitsOfEntry, market: ExitMarket): ExitDecision {
  const levels = levelsOf(exits, market.tickSize);
  const kind = exits.triggered ?? triggeredKind(exits, levels, market);
  if (kind !== undefined) return { step: 'sell', kind };
  const { stop, target } = levels;
  const level = stop === undefined ? undefined : floorToStep(stop.level, market.tickSize);
  if (stop === undefined || level === undefined || level.lte(0)) return { step: 'watch' };
  const stopPrice = formatDecimal(level);
  if (target !== undefined && target.gt(level) && market.orderTypes.has('oco')) {
    return { step: 'rest', kind: stop.kind, order: { type: 'oco', price: formatDecimal(target), stopPrice } };
  }
  if (!market.orderTypes.has('stop_loss')) return { step: 'watch' };
  return { step: 'rest', kind: stop.kind, order: { type: 'stop_loss', stopPrice } };
}

interface Levels {
  readonly stop: ReturnType<typeof stopLevelOf>;
  readonly target: Decimal | undefined;
}

function levelsOf({ terms, highPrice }: LiveExitsOfEntry, tickSize: Decimal): Levels {
  const levels = { entry: { exits: terms }, highPrice };
  return { stop: stopLevelOf(levels), target: targetLevelOf(levels, tickSize) };
}

function triggeredKind(
  { timeStopMs }: LiveExitsOfEntry,
  { stop, target }: Levels,
  { price, nowMs }: ExitMarket,
): ExitKind | undefined {
  const last = price === undefined ? undefined : parseDecimal(price);
  if (stop !== undefined && last?.lte(stop.level) === true) return stop.kind;
  if (timeStopMs !== undefined && nowMs >= timeStopMs) return 'time';
  return target !== undefined && last?.gte(target) === true ? 'target' : undefined;
}

/**
 * Whether the price has to be asked for: time and what rests at the exchange need none, until an order came to nothing, as a
 * stop does that the price is beyond already.
 */
export function needsPrice(
  { terms, triggered, failures }: LiveExitsOfEntry,
  orderTypes: ReadonlySet<VenueOrderType>,
  hasOrder: boolean,
): boolean {
  if (triggered !== undefined) return false;
  if (failures > 0 && !hasOrder) return true;
  const hasStop = terms.stopPrice !== undefined;
  if (terms.trailingDistance !== undefined) return true;
  if (terms.takeProfitPrice !== undefined) return !(hasStop && orderTypes.has('oco'));
  return hasStop && !orderTypes.has('stop_loss');
}

/** Whether an order that rests is the one that is wanted; a trailing level that rose a little is left where it is. */
export function isAsWanted(resting: VenueOrderKind, wanted: VenueOrderKind): boolean {
  if (resting.type !== wanted.type) return false;
  if (!('stopPrice' in resting) || !('stopPrice' in wanted)) return true;
  const [is, should] = [parseDecimal(resting.stopPrice), parseDecimal(wanted.stopPrice)];
  return should.lt(is.plus(is.times(TRAIL_STEP)));
}

/** Whether an entry has a stop, and no order of its exits is known to be at the exchange. */
export function lacksStop({ entryId, terms }: LiveExitsOfEntry, openOrders: readonly LiveOrder[]): boolean {
  if (terms.stopPrice === undefined && terms.trailingDistance === undefined) return false;
  return !openOrders.some(
    ({ exitOf, state }) => exitOf === entryId && (state === 'acknowledged' || state === 'partially_filled'),
  );
}
