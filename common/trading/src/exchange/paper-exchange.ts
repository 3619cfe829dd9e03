import type { Instrument } from '../market/instrument.js';
import type { OrderSide, TimeframeName } from '../messages/envelope.js';
import { Decimal, formatDecimal, parseDecimal, roundQuote } from '../money/decimal.js';
import type { Position } from '../portfolio/position.js';
import { exitFault, type ExitTerms } from './exit-terms.js';

/** A market order that waits for its candle. */
export interface PaperOrder {
  readonly orderId: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly qty: string;
  /** Last close when the order was decided. */
  readonly referencePrice: string;
  /** It fills in no candle that opened before this instant. */
  readonly notBeforeMs: number;
  /** Only candles of this timeframe fill it; any when absent. */
  readonly timeframe?: TimeframeName | undefined;
  /** Of a buy: what rests beside the position once it fills. */
  readonly exits?: ExitTerms | undefined;
  /** What of it has filled, where the volume did not do for all of it at once. */
  readonly filled?: PartialFill | undefined;
}

export interface PartialFill {
  readonly qty: string;
  /** Fills so far. */
  readonly fills: number;
  /** Open time of the candle of the last of them; an order fills once a candle. */
  readonly atMs: number;
}

/** Base quantity that an order still has to fill. */
export function openQtyOf(order: Pick<PaperOrder, 'qty' | 'filled'>): string {
  const { qty, filled } = order;
  return filled === undefined ? qty : formatDecimal(parseDecimal(qty).minus(parseDecimal(filled.qty)));
}

/** Both in basis points of the price (10 = 0.1 %). */
export interface PaperFees {
  readonly feesBps: number;
  readonly slippageBps: number | Decimal;
}

export type SubmitDecision = { readonly state: 'acknowledged' } | { readonly state: 'denied'; readonly reason: string };

/**
 * The pre-trade check of venue rules: whole lots, minimum notional at the reference price, exits that make sense; while the desk is halted only
 * sells up to the position. `reason` names the rule and the numbers.
 */
export function decideSubmit(
  order: Pick<PaperOrder, 'side' | 'qty' | 'referencePrice' | 'exits'>,
  context: { readonly instrument: Instrument; readonly positionQty: string; readonly halted: boolean },
): SubmitDecision {
  const { lotSize, minNotional } = context.instrument;
  const qty = parseDecimal(order.qty);
  if (qty.lte(0)) return denied(`bad_quantity: expected qty above 0, was ${order.qty}`);
  if (!qty.mod(lotSize).isZero()) {
    return denied(`lot_size: expected qty in multiples of ${formatDecimal(lotSize)}, was ${order.qty}`);
  }
  const notional = qty.times(parseDecimal(order.referencePrice));
  if (notional.lt(minNotional)) {
    const found = formatDecimal(notional);
    return denied(`min_notional: expected a notional of at least ${formatDecimal(minNotional)}, was ${found}`);
  }
  const fault = exitFault(order);
  if (fault !== undefined) return denied(`bad_exits: ${fault}`);
  if (context.halted && (order.side === 'buy' || qty.gt(parseDecimal(context.positionQty)))) {
    return denied(
      `halted: expected a sell up to the position of ${context.positionQty}, was a ${order.side} of ${order.qty}`,
    );
  }
  return { state: 'acknowledged' };
}

/**
 * Price, notional and fee of a market order at a price: a candle's open, or the level of a stop. A buy pays that plus
 * slippage, rounded up to the tick; a sell gets it less slippage, rounded down (to one tick where it would be nothing).
 * With a `range`, the slipped price is held within it: nothing traded outside. Without one (a forming candle, of which
 * only the open is known) it may lie outside by the slippage. Never better than `open`, which lies within the range.
 */
export function fillAtOpen(input: {
  readonly order: Pick<PaperOrder, 'side' | 'qty'>;
  readonly open: string;
  readonly instrument: Instrument;
  readonly fees: PaperFees;
  /** Low and high of the candle, once it has closed. */
  readonly range?: { readonly low: string; readonly high: string } | undefined;
}): { price: Decimal; notional: Decimal; feeQuote: Decimal } {
  return atPrice(heldWithin(slippedOpen(input), input), input.order.qty, input.fees.feesBps);
}

/** Notional and fee of `qty` (base) at a price. */
export function atPrice(
  price: Decimal,
  qty: string,
  feesBps: number,
): { price: Decimal; notional: Decimal; feeQuote: Decimal } {
  const notional = parseDecimal(qty).times(price);
  return { price, notional, feeQuote: roundQuote(notional.times(feesBps).div(10_000)) };
}

/** What an exit of a position is called: the end of its order id. */
export type ExitKind = 'stop' | 'trail' | 'target' | 'time';

interface OutcomeFields {
  readonly orderId: string;
  readonly symbol: string;
  readonly side: OrderSide;
  /** Base quantity: of the fill, or of the order that ended without one. */
  readonly qty: string;
  /** Open time of the candle. */
  readonly atMs: number;
  /** The order is an exit of the position that this order opened. */
  readonly exit?: { readonly kind: ExitKind; readonly entryId: string };
}

/** `profit` is realised, before the fee, "0" for a buy; `cash` and `position` are the account's after this fill. */
export interface PaperFill extends OutcomeFields {
  readonly type: 'fill';
  readonly orderQty: string;
  /** Base quantity of the order that has filled, this fill counted in. */
  readonly filledQty: string;
  /** From 1 within the order. */
  readonly fillNumber: number;
  /** The order has ended with it. */
  readonly complete: boolean;
  readonly price: string;
  readonly notional: string;
  readonly feeQuote: string;
  readonly profit: string;
  readonly cash: string;
  readonly position: Position;
}

/** The account could not settle the order, of which nothing had filled. */
export interface PaperRejection extends OutcomeFields {
  readonly type: 'rejected';
  readonly reason: UnsettledReason;
}

/** The rest of an order that had filled in part is taken away. */
export interface PaperCancellation extends OutcomeFields {
  readonly type: 'canceled';
  readonly filledQty: string;
  readonly reason: UnsettledReason | 'position_left' | 'position_sold';
}

export type UnsettledReason = 'insufficient_funds' | 'insufficient_position';

export type PaperOutcome = PaperFill | PaperRejection | PaperCancellation;

function heldWithin(price: Decimal, { order, range }: Parameters<typeof fillAtOpen>[0]): Decimal {
  if (range === undefined) return price;
  return order.side === 'buy'
    ? Decimal.min(price, parseDecimal(range.high))
    : Decimal.max(price, parseDecimal(range.low));
}

function slippedOpen({ order, open, instrument, fees }: Parameters<typeof fillAtOpen>[0]): Decimal {
  const tick = instrument.tickSize;
  const slip = Decimal.of(fees.slippageBps).div(10_000);
  const exact = parseDecimal(open).times(order.side === 'buy' ? slip.plus(1) : Decimal.of(1).minus(slip));
  if (order.side === 'buy') return exact.div(tick).ceil().times(tick);
  const price = exact.div(tick).floor().times(tick);
  return price.isZero() ? Decimal.min(parseDecimal(open), tick) : price;
}

function denied(reason: string): SubmitDecision {
  return { state: 'denied', reason };
}
