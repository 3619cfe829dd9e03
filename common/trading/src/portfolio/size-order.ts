import type { StrategyConfig } from '../config/strategy-config.js';
import type { Instrument } from '../market/instrument.js';
import type { OrderSide } from '../messages/envelope.js';
import { Decimal, floorToStep, formatDecimal, parseDecimal } from '../money/decimal.js';
import { affordableNotional } from './affordable-notional.js';

export type RiskProfile = StrategyConfig['risk_profile'];

/** An order that has neither filled nor ended; `price` is its reference price (market orders have no other). */
export interface OpenOrder {
  readonly symbol: string;
  readonly side: OrderSide;
  readonly qty: string;
  readonly price: string;
}

export interface SizeInput {
  readonly symbol: string;
  readonly side: OrderSide;
  /** In [0, 1]; scales a buy, not a sell, and counts down to millionths. */
  readonly confidence: number;
  /** Last close. */
  readonly price: string;
  readonly ledger: { readonly cashQuote: string; readonly equityQuote: string; readonly positionQty: string };
  /** Of all symbols: open buys of other symbols keep their cash. */
  readonly openOrders: readonly OpenOrder[];
  readonly instrument: Instrument;
  readonly limits: { readonly maxOrderQuote: string; readonly maxPositionQuote: string };
  readonly riskProfile: RiskProfile;
  /** Share of the free cash that is left untouched. */
  readonly cashBufferRatio: number;
  readonly feesBps: number;
}

export type SizeReason =
  'sized' | 'already_long' | 'already_buying' | 'no_position' | 'below_min_notional' | 'below_lot_size' | 'no_cash';

/** `qty` is "0" exactly when `reason` is not `sized`. */
export interface SizeDecision {
  readonly qty: string;
  readonly reason: SizeReason;
}

/** Share of the limits that a strategy of each profile may use, as decimal text in (0, 1]. */
export const PROFILE_SCALE: Readonly<Record<RiskProfile, string>> = {
  conservative: '0.25',
  moderate: '0.5',
  aggressive: '1',
};

/**
 * How much to buy or sell. A buy is worth profile share x the smaller limit x confidence, at most what the free cash
 * pays for with its fee; a sell is the whole position that no open sell has already claimed. Whole lots only.
 */
export function decideSize(input: SizeInput): SizeDecision {
  return input.side === 'buy' ? sizeBuy(input) : sizeSell(input);
}

/** Most that a buy may be worth, at full confidence; as `decideSize` would have it, whatever the symbol and its price. */
export function largestBuy(
  input: Pick<SizeInput, 'ledger' | 'openOrders' | 'limits' | 'riskProfile' | 'cashBufferRatio' | 'feesBps'>,
): Decimal {
  return Decimal.min(profileLimit(input), affordableNotional({ ...input, ...input.ledger }));
}

function profileLimit({ limits, riskProfile }: Pick<SizeInput, 'limits' | 'riskProfile'>): Decimal {
  const limit = Decimal.min(parseDecimal(limits.maxOrderQuote), parseDecimal(limits.maxPositionQuote));
  return limit.times(PROFILE_SCALE[riskProfile]);
}

function sizeBuy(input: SizeInput): SizeDecision {
  if (parseDecimal(input.ledger.positionQty).gt(0)) return none('already_long');
  if (input.openOrders.some((order) => order.side === 'buy' && order.symbol === input.symbol)) {
    return none('already_buying');
  }
  const affordable = affordableNotional({ ...input, ...input.ledger });
  if (affordable.lte(0)) return none('no_cash');
  const wanted = profileLimit(input).times(inMillionths(input.confidence));
  return inLots(input, Decimal.min(wanted, affordable));
}

function sizeSell(input: SizeInput): SizeDecision {
  let left = parseDecimal(input.ledger.positionQty);
  for (const order of input.openOrders) {
    if (order.side === 'sell' && order.symbol === input.symbol) left = left.minus(parseDecimal(order.qty));
  }
  return left.lte(0) ? none('no_position') : sized(input, floorToStep(left, input.instrument.lotSize));
}

/** Whole lots worth at most `notional` (quote). */
function inLots(input: SizeInput, notional: Decimal): SizeDecision {
  const { lotSize } = input.instrument;
  const lots = notional.divDown(parseDecimal(input.price).times(lotSize), 0);
  return sized(input, lots.times(lotSize));
}

/** Digits beyond it are none that a strategy means, and would make every amount a long one. */
function inMillionths(confidence: number): Decimal {
  return Decimal.of(Math.floor(confidence * 1e6)).div(1e6);
}

function sized(input: SizeInput, qty: Decimal): SizeDecision {
  if (qty.lte(0)) return none('below_lot_size');
  if (qty.times(parseDecimal(input.price)).lt(input.instrument.minNotional)) return none('below_min_notional');
  return { qty: formatDecimal(qty), reason: 'sized' };
}

function none(reason: Exclude<SizeReason, 'sized'>): SizeDecision {
  return { qty: '0', reason };
}
