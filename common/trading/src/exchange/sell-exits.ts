import { Decimal, formatDecimal, parseDecimal } from '../money/decimal.js';
import type { ExitTrigger } from './exit-trigger.js';
import type { PaperCandle } from './match-step.js';
import type { Deal, MatchState } from './match-state.js';
import { exitOrderIdOf } from './order-id.js';
import { atPrice, fillAtOpen, type PaperFill, type PaperOrder } from './paper-exchange.js';
import type { RestingExits, SoldExit } from './resting-exits.js';
import { cancelSold } from './shrink-exits.js';
import { slippageBps } from './slippage/slippage-model.js';

/** Exits that have triggered in a candle. */
export interface TriggeredExits<Order extends PaperOrder> {
  readonly exits: RestingExits<Order>;
  readonly trigger: ExitTrigger;
  readonly candle: PaperCandle;
  /** The candle once it has closed. */
  readonly range: { readonly low: string; readonly high: string } | undefined;
  /** That the sale may take its share of: of the candle before at an open, of the candle itself inside it. */
  readonly volume: string | undefined;
}

/**
 * Sells what exits have triggered, as far as the volume goes, and ends the others of the same entry once all is sold; what
 * the entry had not bought yet is cancelled. A take-profit sells at its limit or better as a maker, the others at the
 * market.
 */
export function sellExits<Order extends PaperOrder>(state: MatchState<Order>, at: TriggeredExits<Order>): void {
  const { exits, trigger, candle } = at;
  const { entry } = exits;
  const { symbol } = entry;
  const { openTimeMs } = candle;
  const sold = exits.sold?.kind === trigger.kind ? exits.sold : undefined;
  if (sold === undefined) cancelSold(state, { exits, reason: 'position_left', atMs: openTimeMs });
  const left = Decimal.min(parseDecimal(exits.qty), parseDecimal(state.positionOf(symbol).qty));
  const deal = dealOf(state, at, left);
  const known = sold ?? { kind: trigger.kind, orderQty: formatDecimal(left), qty: '0', fills: 0, atMs: openTimeMs };
  if (deal === undefined) {
    if (trigger.kind !== 'target') leaveTriggered(state, exits, { ...known, atMs: openTimeMs });
    return;
  }
  const fill = fillOf(state, { at, deal, known, complete: deal.qty.eq(left) });
  state.outcomes.push(fill);
  cancelEntry(state, exits, openTimeMs);
  if (fill.complete) return state.dropExits(entry.orderId);
  const { filledQty, fillNumber } = fill;
  state.putExits({
    ...exits,
    qty: formatDecimal(parseDecimal(exits.qty).minus(deal.qty)),
    sold: { ...known, qty: filledQty, fills: fillNumber, atMs: openTimeMs },
  });
}

/** A stop that could sell nothing yet is a market order all the same, and its entry buys no more. */
function leaveTriggered<Order extends PaperOrder>(
  state: MatchState<Order>,
  exits: RestingExits<Order>,
  sold: SoldExit,
): void {
  cancelEntry(state, exits, sold.atMs);
  state.putExits({ ...exits, sold });
}

function dealOf<Order extends PaperOrder>(
  state: MatchState<Order>,
  { exits, trigger, candle, range, volume }: TriggeredExits<Order>,
  left: Decimal,
): Deal | undefined {
  const { symbol } = exits.entry;
  const { rules } = state.venue;
  const instrument = state.instrumentOf(symbol);
  const qty = state.partOf(left, symbol, volume);
  if (qty.lte(0)) return undefined;
  const order = { side: 'sell', qty: formatDecimal(qty) } as const;
  const slippage = () => slippageBps(rules.slippage, { qty, before: candle.before });
  const price =
    trigger.kind === 'target'
      ? atPrice(trigger.price, order.qty, rules.makerFeesBps)
      : fillAtOpen({
          order,
          open: formatDecimal(trigger.price),
          instrument,
          fees: { feesBps: rules.takerFeesBps, slippageBps: slippage() },
          range,
        });
  if (qty.lt(left) && price.notional.lt(instrument.minNotional)) return undefined;
  return { symbol, side: 'sell', qty, ...price };
}

function fillOf<Order extends PaperOrder>(
  state: MatchState<Order>,
  sale: {
    readonly at: TriggeredExits<Order>;
    readonly deal: Deal;
    readonly known: SoldExit;
    readonly complete: boolean;
  },
): PaperFill {
  const { at, deal, known, complete } = sale;
  const { entry } = at.exits;
  const { kind } = known;
  return {
    type: 'fill',
    orderId: exitOrderIdOf(entry.orderId, kind),
    symbol: entry.symbol,
    side: 'sell',
    atMs: at.candle.openTimeMs,
    exit: { kind, entryId: entry.orderId },
    orderQty: known.orderQty,
    filledQty: formatDecimal(parseDecimal(known.qty).plus(deal.qty)),
    fillNumber: known.fills + 1,
    complete,
    ...state.settle(deal),
  };
}

function cancelEntry<Order extends PaperOrder>(
  state: MatchState<Order>,
  { entry }: RestingExits<Order>,
  atMs: number,
): void {
  const open = state.orders.find(({ orderId }) => orderId === entry.orderId);
  if (open === undefined) return;
  const { orderId, symbol, side, qty, filled } = open;
  const filledQty = filled?.qty ?? '0';
  state.outcomes.push({ type: 'canceled', orderId, symbol, side, qty, filledQty, atMs, reason: 'position_left' });
  state.dropOrder(orderId);
}
