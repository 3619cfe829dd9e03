import type { EngineEvent, OrderChange, SimFill, SimOrder } from '../core/sim-order.js';
import type { MatchingEngine } from '../core/matching-engine.js';
import { fixedPlaces } from '../server/fixed-places.js';
import { binanceSymbol, clientIdOf, statusOf, typeOf } from './order-json.js';

const executions: Readonly<Record<OrderChange, string>> = {
  new: 'NEW',
  // A triggered order is told of again as a new one, which now works.
  triggered: 'NEW',
  trade: 'TRADE',
  amended: 'REPLACED',
  canceled: 'CANCELED',
  expired: 'EXPIRED',
};

/** `executionReport` of what happened to an order. */
export function executionReport({ change, order, fill, atMs }: EngineEvent) {
  return {
    ...{ e: 'executionReport', E: atMs, s: binanceSymbol(order.spec.symbol), ...namesOf(change, order) },
    ...{ S: order.spec.side.toUpperCase(), o: typeOf(order), f: order.spec.timeInForce.toUpperCase() },
    ...{ q: fixedPlaces(order.qty), p: fixedPlaces(order.price) },
    P: fixedPlaces(order.stopPrice ?? order.spec.stopPrice),
    ...{ F: '0.00000000', g: order.listId ?? -1, x: executions[change], X: statusOf(order), r: 'NONE', i: order.id },
    ...{ z: fixedPlaces(order.filledQty), Z: fixedPlaces(order.filledQuote), Q: '0.00000000', ...tradedOf(fill) },
    ...{ T: atMs, I: order.id, w: worksOf(order), M: false, O: order.createdAtMs, W: order.createdAtMs, V: 'NONE' },
    ...(order.spec.trailingRatio === undefined ? {} : { d: order.spec.trailingRatio.times(10_000).toNumber() }),
  };
}

/** A cancellation has a client id of its own, and the order's moves to C. */
function namesOf(change: OrderChange, order: SimOrder) {
  return change === 'canceled' ? { c: `cancel-${order.id}`, C: clientIdOf(order) } : { c: clientIdOf(order), C: '' };
}

function tradedOf(fill: SimFill | undefined) {
  if (fill === undefined) {
    return { l: '0.00000000', L: '0.00000000', Y: '0.00000000', n: '0', N: null, t: -1, m: false };
  }
  return {
    ...{ l: fixedPlaces(fill.qty), L: fixedPlaces(fill.price), Y: fixedPlaces(fill.quoteQty) },
    ...{ n: fixedPlaces(fill.fee), N: fill.feeAsset, t: fill.tradeId, m: fill.maker },
  };
}

/** `outboundAccountPosition` of the market's two assets. */
export function accountPosition({ order, atMs }: EngineEvent, engine: MatchingEngine) {
  const { base, quote } = engine.getBook(order.spec.symbol).market;
  const account = engine.records.account(order.account);
  return {
    ...{ e: 'outboundAccountPosition', E: atMs, u: atMs },
    B: [base, quote].map((asset) => {
      const { free, locked } = account.balanceOf(asset);
      return { a: asset, f: fixedPlaces(free), l: fixedPlaces(locked) };
    }),
  };
}

function worksOf({ status, triggered, spec }: SimOrder): boolean {
  const isOpen = status === 'new' || status === 'partially_filled';
  return isOpen && (triggered || spec.type === 'limit' || spec.type === 'market');
}
