import { planTwap } from '@octant/trading/exchange/algorithms/plan-slices';
import type { Instrument } from '@octant/trading/market/instrument';
import { seededRandom } from '@octant/trading/market/random';
import { Decimal, floorToStep, formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import type { LiveDesk } from '../live-desk.js';
import type { LiveOrderTerms } from '../live-order.js';
import type { PartsPlan } from './parts-plan.js';

const HOURS_A_DAY = 24;

type LargeOrder = Pick<LiveOrderTerms, 'orderId' | 'symbol' | 'qty' | 'referencePrice' | 'exitOf'> &
  Partial<Pick<LiveOrderTerms, 'kind'>>;

/**
 * The plan of an order that is large for its market: above a share of what the market trades in an average hour. Undefined for
 * one that goes out whole: a smaller one, one that cannot be cut, one at another price than the market's, and any order of a
 * market whose volume is not known.
 */
export function partsPlanOf(desk: LiveDesk, order: LargeOrder, instrument: Instrument): PartsPlan | undefined {
  const { algorithm } = desk.settings();
  const { kind, slices, durationMs, shownShare, repriceMs, finish } = algorithm;
  const dayVolume = desk.dayVolumes().get(order.symbol);
  const isOwnKind = order.kind !== undefined && order.kind.type !== 'market';
  if (kind === 'none' || dayVolume === undefined || isOwnKind || order.exitOf !== undefined) return undefined;
  const qty = parseDecimal(order.qty);
  const share = parseDecimal(dayVolume).div(HOURS_A_DAY).times(String(algorithm.aboveVolumeShare));
  if (qty.lte(share)) return undefined;
  const leastQty = leastQtyOf(desk, order, instrument);
  if (qty.lt(leastQty.times(2))) return undefined;
  const most = Decimal.max(leastQty, floorToStep(share, instrument.lotSize));
  if (kind === 'iceberg') return { kind, shownShare, repriceMs, durationMs, finish, mostQty: formatDecimal(most) };
  const random = seededRandom(order.orderId);
  const planned = planTwap({ qty, lotSize: instrument.lotSize, leastQty, mostQty: most, slices, durationMs, random });
  if (planned.length < 2) return undefined;
  const largest = Decimal.max(most, ...planned.map((slice) => parseDecimal(slice.qty)));
  return { kind, slices: planned, durationMs, finish, mostQty: formatDecimal(largest) };
}

/** Least base quantity that the venue takes, with room for a price that has fallen by a tenth. */
export function leastQtyOf(
  desk: Pick<LiveDesk, 'markets'>,
  { symbol, referencePrice }: { readonly symbol: string; readonly referencePrice: string },
  { minNotional, lotSize }: Instrument,
): Decimal {
  const byNotional = minNotional.div(parseDecimal(referencePrice).times('0.9'));
  const least = Decimal.max(byNotional, parseDecimal(desk.markets().get(symbol)?.minQty ?? '0'), lotSize);
  return least.div(lotSize).ceil().times(lotSize);
}
