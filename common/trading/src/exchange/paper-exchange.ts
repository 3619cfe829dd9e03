import { getInstrument, type Instrument } from '../market/instrument.js';
import type { OrderSide, TimeframeName } from '../messages/envelope.js';
import { Decimal, formatDecimal, parseDecimal, roundQuote } from '../money/decimal.js';
import { buyInto, FLAT, sellFrom, type Position } from '../portfolio/position.js';

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
}

/** Both in basis points of the price (10 = 0.1 %). */
export interface PaperFees {
  readonly feesBps: number;
  readonly slippageBps: number;
}

export type SubmitDecision = { readonly state: 'acknowledged' } | { readonly state: 'denied'; readonly reason: string };

/**
 * The pre-trade check of venue rules: whole lots, minimum notional at the reference price; while the desk is halted only
 * sells up to the position. `reason` names the rule and the numbers.
 */
export function decideSubmit(
  order: Pick<PaperOrder, 'side' | 'qty' | 'referencePrice'>,
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
  if (context.halted && (order.side === 'buy' || qty.gt(parseDecimal(context.positionQty)))) {
    return denied(
      `halted: expected a sell up to the position of ${context.positionQty}, was a ${order.side} of ${order.qty}`,
    );
  }
  return { state: 'acknowledged' };
}

/**
 * Price, notional and fee of a market order that fills at a candle's open: a buy pays the open plus slippage, rounded up
 * to the tick; a sell gets the open less slippage, rounded down (to one tick where it would be nothing). Only the open is
 * used, so a fill on a forming candle is the same as on the closed one; for the same reason it may lie a few basis points
 * outside the candle's range.
 */
export function fillAtOpen(input: {
  readonly order: Pick<PaperOrder, 'side' | 'qty'>;
  readonly open: string;
  readonly instrument: Instrument;
  readonly fees: PaperFees;
}): { price: Decimal; notional: Decimal; feeQuote: Decimal } {
  const price = slippedOpen(input);
  const notional = parseDecimal(input.order.qty).times(price);
  return { price, notional, feeQuote: roundQuote(notional.times(input.fees.feesBps).div(10_000)) };
}

interface OutcomeFields {
  readonly orderId: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly qty: string;
  /** Open time of the candle. */
  readonly atMs: number;
}

/** `profit` is realised, before the fee, "0" for a buy; `cash` and `position` are the account's after this fill. */
export interface PaperFill extends OutcomeFields {
  readonly type: 'fill';
  readonly price: string;
  readonly notional: string;
  readonly feeQuote: string;
  readonly profit: string;
  readonly cash: string;
  readonly position: Position;
}

export interface PaperRejection extends OutcomeFields {
  readonly type: 'rejected';
  readonly reason: 'insufficient_funds' | 'insufficient_position';
}

export type PaperOutcome = PaperFill | PaperRejection;

export interface FillInput {
  /** Open orders in any order. */
  readonly orders: readonly PaperOrder[];
  /** By symbol, keys in the order of the candle message (the session's symbols). */
  readonly candles: Readonly<Record<string, { readonly open: string; readonly openTimeMs: number }>>;
  readonly timeframe: TimeframeName;
  readonly cash: string;
  readonly positions: Readonly<Record<string, Position>>;
  readonly instruments: ReadonlyMap<string, Instrument>;
  readonly fees: PaperFees;
}

/**
 * What a step's opens do to the open orders: symbols in the order of `candles`, within a symbol the oldest order first
 * (by `notBeforeMs`, then `orderId`), each against the cash and position that the ones before left. Orders that no candle
 * reaches are not in the answer: they stay open.
 *
 * @throws UnknownSymbolError when an order's symbol is no instrument of the desk.
 */
export function decideFills(input: FillInput): readonly PaperOutcome[] {
  if (input.orders.length === 0) return [];
  const outcomes: PaperOutcome[] = [];
  let cash = input.cash;
  for (const [symbol, candle] of Object.entries(input.candles)) {
    let position = input.positions[symbol] ?? FLAT;
    for (const order of dueOrders(input, symbol, candle.openTimeMs)) {
      const outcome = fillOne({ order, candle, cash, position, input });
      outcomes.push(outcome);
      if (outcome.type === 'fill') ({ cash, position } = outcome);
    }
  }
  return outcomes;
}

function dueOrders(input: FillInput, symbol: string, openTimeMs: number): PaperOrder[] {
  return input.orders
    .filter(
      (order) =>
        order.symbol === symbol &&
        openTimeMs >= order.notBeforeMs &&
        (order.timeframe === undefined || order.timeframe === input.timeframe),
    )
    .sort((a, b) => a.notBeforeMs - b.notBeforeMs || (a.orderId < b.orderId ? -1 : 1));
}

function fillOne(args: {
  readonly order: PaperOrder;
  readonly candle: { readonly open: string; readonly openTimeMs: number };
  readonly cash: string;
  readonly position: Position;
  readonly input: FillInput;
}): PaperOutcome {
  const { order, candle, position, input } = args;
  const { orderId, symbol, side, qty } = order;
  const fields = { orderId, symbol, side, qty, atMs: candle.openTimeMs };
  const instrument = getInstrument(input.instruments, symbol);
  const { price, notional, feeQuote } = fillAtOpen({ order, open: candle.open, instrument, fees: input.fees });
  const cash = parseDecimal(args.cash);
  const amount = parseDecimal(qty);
  const refused = cannotSettle({ side, amount, outlay: notional.plus(feeQuote), cash, position });
  if (refused !== undefined) return { type: 'rejected', ...fields, reason: refused };
  const sold = side === 'sell' ? sellFrom(position, amount) : undefined;
  const next = sold ?? buyInto(position, amount, notional);
  const cashAfter = cash.plus(sold === undefined ? notional.neg() : notional).minus(feeQuote);
  return {
    type: 'fill',
    ...fields,
    price: formatDecimal(price),
    notional: formatDecimal(notional),
    feeQuote: formatDecimal(feeQuote),
    profit: sold === undefined ? '0' : formatDecimal(notional.minus(sold.costOut)),
    cash: formatDecimal(cashAfter),
    position: { qty: formatDecimal(next.qty), costQuote: formatDecimal(next.costQuote) },
  };
}

function cannotSettle(args: {
  readonly side: OrderSide;
  readonly amount: Decimal;
  readonly outlay: Decimal;
  readonly cash: Decimal;
  readonly position: Position;
}): PaperRejection['reason'] | undefined {
  if (args.side === 'buy') return args.outlay.gt(args.cash) ? 'insufficient_funds' : undefined;
  return args.amount.gt(parseDecimal(args.position.qty)) ? 'insufficient_position' : undefined;
}

function slippedOpen({ order, open, instrument, fees }: Parameters<typeof fillAtOpen>[0]): Decimal {
  const tick = instrument.tickSize;
  const slip = new Decimal(fees.slippageBps).div(10_000);
  const exact = parseDecimal(open).times(order.side === 'buy' ? slip.plus(1) : new Decimal(1).minus(slip));
  if (order.side === 'buy') return exact.div(tick).ceil().times(tick);
  const price = exact.div(tick).floor().times(tick);
  return price.isZero() ? Decimal.min(parseDecimal(open), tick) : price;
}

function denied(reason: string): SubmitDecision {
  return { state: 'denied', reason };
}
