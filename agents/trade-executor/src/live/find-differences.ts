import type { OpenVenueFill } from '../adapters/live-store.js';
import type { VenueOrder } from '@octant/venue/venue';
import type { FoundDifference } from './difference.js';
import { awaitsFills, type LiveOrder } from './live-order.js';

export interface OrderQuestion {
  /** Open here, after everything that the venue told was noted. */
  readonly openOrders: readonly LiveOrder[];
  /** Open here, and the venue itself said that there is no such order. */
  readonly missing: readonly LiveOrder[];
  /** Open there. */
  readonly atVenue: readonly VenueOrder[];
  /** Client ids that are known here, whatever their state. */
  readonly known: ReadonlySet<string>;
  readonly openFills: readonly OpenVenueFill[];
  /** Whether a client id is one of a desk's. */
  readonly isOurs: (clientOrderId: string) => boolean;
  readonly nowMs: number;
  readonly unresolvedAfterMs: number;
}

/** What orders and fills of books and venue disagree on; see `DifferenceKind`. */
export function findOrderDifferences(question: OrderQuestion): readonly FoundDifference[] {
  return [
    ...ofOurOrders(question),
    ...question.atVenue.flatMap((order) => ofTheirOrder(order, question)),
    ...question.openFills.flatMap((open) => ofFill(open, question.openOrders)),
  ];
}

function ofOurOrders(question: OrderQuestion): readonly FoundDifference[] {
  const { openOrders, missing, nowMs, unresolvedAfterMs } = question;
  const isOld = (order: LiveOrder) => nowMs - order.createdAtMs > unresolvedAfterMs;
  const unresolved = openOrders.filter(({ state }) => state === 'sent' || state === 'unknown').filter(isOld);
  const outstanding = openOrders.filter(awaitsFills).filter(isOld);
  return [
    ...missing.map((order) =>
      ofOrder(
        'order_missing',
        order,
        `order ${order.orderId} is ${order.state} here, and the exchange does not know it`,
      ),
    ),
    ...unresolved.map((order) =>
      ofOrder(
        'order_unresolved',
        order,
        `the outcome of order ${order.orderId} is not known: ${order.reason ?? 'no answer'}`,
      ),
    ),
    ...outstanding.map((order) =>
      ofOrder(
        'fills_outstanding',
        order,
        `the exchange says that ${order.venueFilledQty} of order ${order.orderId} have filled, its fills add up to ${order.filledQty}`,
      ),
    ),
  ];
}

function ofOrder(
  kind: 'order_missing' | 'order_unresolved' | 'fills_outstanding',
  order: LiveOrder,
  explanation: string,
): FoundDifference {
  const { orderId, symbol, qty, filledQty, venueFilledQty, clientOrderId } = order;
  return {
    kind,
    subject: orderId,
    symbols: [symbol],
    blocking: true,
    explanation,
    proposal: `end order ${orderId} as canceled with ${filledQty} of ${qty} filled`,
    figures: { qty, filledQty, venueFilledQty, clientOrderId },
  };
}

function ofTheirOrder(
  order: VenueOrder,
  { known, isOurs }: Pick<OrderQuestion, 'known' | 'isOurs'>,
): readonly FoundDifference[] {
  const { clientOrderId, venueOrderId, symbol, side, qty } = order;
  if (clientOrderId !== undefined && known.has(clientOrderId)) return [];
  const isOrphan = clientOrderId !== undefined && isOurs(clientOrderId);
  const what = `order ${venueOrderId}, a ${side} of ${qty} ${symbol}`;
  return [
    {
      kind: isOrphan ? 'orphan_order' : 'foreign_order',
      subject: venueOrderId,
      symbols: [symbol],
      blocking: isOrphan,
      explanation: isOrphan
        ? `${what}, has a client id like ours (${clientOrderId}) and was never intended here: another desk on this account, or a lost database`
        : `${what}, was placed by somebody else`,
      proposal: 'leave it alone, and do not list it again',
      figures: { qty, filledQty: order.filledQty, clientOrderId: clientOrderId ?? '' },
    },
  ];
}

/** A fill may be ahead of its order's id while a request of the symbol is under way; then it is not judged. */
function ofFill({ fill, state, why }: OpenVenueFill, openOrders: readonly LiveOrder[]): readonly FoundDifference[] {
  const mayBeOurs = openOrders.some(
    ({ symbol, state: of, venueOrderId, algorithm }) =>
      symbol === fill.symbol && of !== 'intended' && venueOrderId === undefined && algorithm === undefined,
  );
  if (state === 'unmatched' && mayBeOurs) return [];
  const { tradeId, symbol, side, qty, price, venueOrderId } = fill;
  return [
    {
      kind: state === 'unmatched' ? 'foreign_fill' : 'unbookable_fill',
      subject: `${symbol}:${tradeId}`,
      symbols: [symbol],
      blocking: state === 'unbookable',
      explanation: `fill ${tradeId}, a ${side} of ${qty} ${symbol} at ${price} of order ${venueOrderId}, is in no book: ${why}`,
      proposal: 'leave it out of the books; what it moved shows as a difference of the balances',
      figures: { qty, price, feeAmount: fill.fee.amount, feeCurrency: fill.fee.currency },
    },
  ];
}
