import type { SimOrder } from '../core/sim-order.js';
import { bookOf, findNamedOrder, type BinanceEndpoint, type SignedCall } from './binance-call.js';
import { BinanceError, rejectedBy } from './binance-error.js';
import { canceledJson, orderJson, placedJson, tradeJson } from './order-json.js';
import { clientIdIn, orderSpecOf } from './order-spec.js';

const DAY_MS = 86_400_000;

export const orderEndpoints: Readonly<Record<string, BinanceEndpoint>> = {
  'POST /api/v3/order': { kind: 'place', weight: 1, orders: 1, security: 'trade', answer: place },
  'POST /api/v3/order/test': { kind: 'other', weight: 1, security: 'trade', answer: tryOut },
  'GET /api/v3/order': { kind: 'find', weight: 4, security: 'read', answer: find },
  'DELETE /api/v3/order': { kind: 'cancel', weight: 1, security: 'trade', answer: cancel },
  'DELETE /api/v3/openOrders': { kind: 'cancel_all', weight: 1, security: 'trade', answer: cancelAll },
  'POST /api/v3/order/cancelReplace': { kind: 'amend', weight: 1, orders: 1, security: 'trade', answer: replace },
  'GET /api/v3/openOrders': { kind: 'open_orders', weight: 6, security: 'read', answer: openOrders },
  'GET /api/v3/allOrders': { kind: 'orders', weight: 20, security: 'read', answer: allOrders },
  'GET /api/v3/myTrades': { kind: 'fills', weight: 20, security: 'read', answer: myTrades },
};

function place(call: SignedCall): unknown {
  const spec = orderSpecOf(call);
  const kinds = ['ACK', 'RESULT', 'FULL'] as const;
  const fallback = spec.type === 'market' || spec.type === 'limit' ? 'FULL' : 'ACK';
  const kind = call.params.findWord('newOrderRespType', kinds) ?? fallback;
  const placed = call.engine.place(call.key.account, spec);
  if (placed.outcome === 'rejected') throw rejectedBy(placed.code);
  return placedJson(placed.order, placed.fills, kind);
}

function tryOut(call: SignedCall): unknown {
  const code = call.engine.check(call.key.account, orderSpecOf(call));
  if (code !== undefined) throw rejectedBy(code);
  return {};
}

function find(call: SignedCall): unknown {
  const order = findNamedOrder(call);
  if (order === undefined) throw new BinanceError(-2013, 'Order does not exist.');
  return orderJson(order);
}

function cancel(call: SignedCall): unknown {
  const order = findNamedOrder(call);
  const cancelId = clientIdIn(call.params, 'newClientOrderId');
  if (order === undefined || !call.engine.cancel(order)) throw rejectedBy('not_open');
  return canceledJson(order, cancelId);
}

function cancelAll(call: SignedCall): unknown {
  const { engine, key } = call;
  const orders = engine.openOrders(key.account, bookOf(call).market.symbol);
  if (orders.length === 0) throw rejectedBy('not_open');
  for (const order of orders) engine.cancel(order);
  return orders.map((order) => canceledJson(order, undefined));
}

/** A cancellation and a new order, which has an id of its own. */
function replace(call: SignedCall): unknown {
  const { engine, params, key } = call;
  const mode = params.findWord('cancelReplaceMode', ['STOP_ON_FAILURE', 'ALLOW_FAILURE']) ?? 'STOP_ON_FAILURE';
  const spec = orderSpecOf(call);
  const old = findReplaced(call);
  const isCanceled = old !== undefined && engine.cancel(old);
  const cancelResponse = isCanceled ? canceledJson(old, undefined) : { code: -2011, msg: 'Unknown order sent.' };
  if (!isCanceled && mode === 'STOP_ON_FAILURE') {
    throw new ReplaceError({
      cancelResult: 'FAILURE',
      newOrderResult: 'NOT_ATTEMPTED',
      cancelResponse,
      newOrderResponse: null,
    });
  }
  const placed = engine.place(key.account, spec);
  const cancelResult = isCanceled ? 'SUCCESS' : 'FAILURE';
  if (placed.outcome === 'rejected') {
    const { code, message } = rejectedBy(placed.code);
    const newOrderResponse = { code, msg: message };
    throw new ReplaceError({ cancelResult, newOrderResult: 'FAILURE', cancelResponse, newOrderResponse });
  }
  const newOrderResponse = placedJson(placed.order, placed.fills, 'RESULT');
  return { cancelResult, newOrderResult: 'SUCCESS', cancelResponse, newOrderResponse };
}

/** Says what of a replacement was done. */
export class ReplaceError extends BinanceError {
  readonly data: unknown;

  constructor(data: { readonly cancelResult: string; readonly [name: string]: unknown }) {
    const isPartly = data.cancelResult === 'SUCCESS';
    super(
      isPartly ? -2021 : -2022,
      isPartly ? 'Order cancel-replace partially failed.' : 'Order cancel-replace failed.',
    );
    this.data = data;
  }
}

function findReplaced({ engine, params, key }: SignedCall): SimOrder | undefined {
  const id = params.findInt('cancelOrderId');
  if (id !== undefined) return engine.records.findOrder(key.account, id);
  const clientOrderId = params.find('cancelOrigClientOrderId');
  if (clientOrderId !== undefined) return engine.records.findByClientId(key.account, clientOrderId);
  throw new BinanceError(
    -1102,
    "Param 'cancelOrigClientOrderId' or 'cancelOrderId' must be sent, but both were empty/null!",
  );
}

function openOrders(call: SignedCall): unknown {
  const symbol = call.params.find('symbol') === undefined ? undefined : bookOf(call).market.symbol;
  return call.engine.openOrders(call.key.account, symbol).map(orderJson);
}

function allOrders(call: SignedCall): unknown {
  const { engine, params, key } = call;
  const { symbol } = bookOf(call).market;
  const { from, to } = windowOf(call);
  const orders = engine.records
    .ordersOf(key.account)
    .filter(({ spec, createdAtMs }) => spec.symbol === symbol && createdAtMs >= from && createdAtMs <= to);
  const firstId = params.findInt('orderId');
  const wanted = firstId === undefined ? orders : orders.filter(({ id }) => id >= firstId);
  const fromStart = firstId !== undefined || params.find('startTime') !== undefined;
  return pageOf(call, wanted, fromStart).map(orderJson);
}

function myTrades(call: SignedCall): unknown {
  const { engine, params, key } = call;
  const { symbol } = bookOf(call).market;
  const { from, to } = windowOf(call);
  const [orderId, fromId] = [params.findInt('orderId'), params.findInt('fromId')];
  if (fromId !== undefined) params.refuse('startTime', 'endTime');
  const fills = engine.records
    .fillsOf(key.account)
    .filter((fill) => fill.symbol === symbol && fill.atMs >= from && fill.atMs <= to)
    .filter((fill) => (orderId === undefined || fill.orderId === orderId) && fill.tradeId >= (fromId ?? 0));
  const fromStart = fromId !== undefined || params.find('startTime') !== undefined;
  return pageOf(call, fills, fromStart).map((fill) =>
    tradeJson(fill, engine.records.findOrder(key.account, fill.orderId)?.listId),
  );
}

function windowOf({ params }: SignedCall): { from: number; to: number } {
  const [from, to] = [params.findInt('startTime'), params.findInt('endTime')];
  if (from !== undefined && to !== undefined && to - from > DAY_MS) {
    throw new BinanceError(-1127, 'More than 24 hours between startTime and endTime.');
  }
  return { from: from ?? 0, to: to ?? Number.MAX_SAFE_INTEGER };
}

/** The oldest of those asked for, or the newest where nothing says from where on. */
function pageOf<T>({ params }: SignedCall, rows: readonly T[], fromStart: boolean): readonly T[] {
  const limit = Math.min(params.findInt('limit') ?? 500, 1000);
  return fromStart ? rows.slice(0, limit) : rows.slice(-limit);
}
