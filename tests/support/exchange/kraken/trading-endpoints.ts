import type { SimFill, SimOrder } from '../core/sim-order.js';
import { findNamedOrder, type KrakenEndpoint, type PrivateCall } from './kraken-call.js';
import { KrakenError, rejectedBy } from './kraken-error.js';
import { idOfTxid, txid } from './kraken-names.js';
import { describe, orderInfo, tradeInfo } from './order-info.js';
import { assertDeadline, decimalOf, orderSpecOf } from './order-spec.js';

/** Orders and trades that one answer has. */
const PAGE = 50;
const MOST_TIMEOUT_S = 86_400;

export const tradingEndpoints: Readonly<Record<string, KrakenEndpoint>> = {
  AddOrder: { kind: 'place', cost: 0, security: 'trade', answer: addOrder },
  AmendOrder: { kind: 'amend', cost: 0, security: 'trade', answer: amendOrder },
  CancelOrder: { kind: 'cancel', cost: 0, security: 'trade', answer: cancelOrder },
  CancelOrderBatch: { kind: 'cancel', cost: 0, security: 'trade', answer: cancelBatch },
  CancelAll: { kind: 'cancel_all', cost: 1, security: 'trade', answer: cancelAll },
  CancelAllOrdersAfter: { kind: 'dead_man', cost: 1, security: 'trade', answer: cancelAllAfter },
  OpenOrders: { kind: 'open_orders', cost: 1, security: 'read', answer: openOrders },
  ClosedOrders: { kind: 'orders', cost: 1, security: 'read', answer: closedOrders },
  QueryOrders: { kind: 'find', cost: 1, security: 'read', answer: queryOrders },
  TradesHistory: { kind: 'fills', cost: 2, security: 'read', answer: tradesHistory },
  QueryTrades: { kind: 'fills', cost: 1, security: 'read', answer: queryTrades },
};

function addOrder(call: PrivateCall): unknown {
  const { engine, params, key, counters } = call;
  const spec = orderSpecOf(call);
  if (params.isTrue('validate')) {
    const code = engine.check(key.account, spec);
    if (code !== undefined) throw rejectedBy(code);
    return { descr: { order: `${spec.side} ${spec.qty.toFixed()} @ ${params.get('ordertype')}` } };
  }
  counters.takeOrder(key.account, spec.symbol, 1);
  const placed = engine.place(key.account, spec);
  if (placed.outcome === 'rejected') throw rejectedBy(placed.code);
  const order = describe(placed.order, engine.getBook(spec.symbol));
  return { descr: { order }, txid: [txid('O', placed.order.id)] };
}

function amendOrder(call: PrivateCall): unknown {
  const { engine, params, key, counters } = call;
  assertDeadline(call);
  const order = findNamedOrder(call);
  if (order === undefined) throw rejectedBy('not_open');
  counters.takeOrder(key.account, order.spec.symbol, 1);
  const qty = params.find('order_qty') === undefined ? undefined : decimalOf(params, 'order_qty');
  const price = params.find('limit_price') === undefined ? undefined : decimalOf(params, 'limit_price');
  const code = engine.amend(order, { qty, price });
  if (code !== undefined) throw rejectedBy(code);
  return { amend_id: txid('A', order.id) };
}

function cancelOrder(call: PrivateCall): unknown {
  const order = findNamedOrder(call);
  if (order === undefined || !cancelOne(call, order)) throw rejectedBy('not_open');
  return { count: 1 };
}

function cancelBatch(call: PrivateCall): unknown {
  const named: unknown = JSON.parse(call.params.get('orders'));
  if (!Array.isArray(named)) throw new KrakenError('EGeneral:Invalid arguments:orders');
  const count = named
    .map((id) => idOfTxid('O', String(id)) ?? -1)
    .flatMap((id) => call.engine.records.findOrder(call.key.account, id) ?? [])
    .filter((order) => cancelOne(call, order)).length;
  if (count === 0) throw rejectedBy('not_open');
  return { count };
}

function cancelAll(call: PrivateCall): unknown {
  const orders = call.engine.openOrders(call.key.account);
  return { count: orders.filter((order) => cancelOne(call, order)).length };
}

function cancelOne({ engine, counters, key, nowMs }: PrivateCall, order: SimOrder): boolean {
  counters.noteCancel(key.account, order.spec.symbol, nowMs - order.createdAtMs);
  return engine.cancel(order);
}

function cancelAllAfter({ params, key, deadMan, nowMs, timerNow }: PrivateCall): unknown {
  const timeoutS = params.findNumber('timeout') ?? Number.NaN;
  if (!(timeoutS <= MOST_TIMEOUT_S)) throw new KrakenError('EGeneral:Invalid arguments:timeout');
  deadMan.set(key.account, timeoutS === 0 ? undefined : timerNow + timeoutS * 1000);
  const triggerTime = timeoutS === 0 ? '0' : new Date(nowMs + timeoutS * 1000).toISOString();
  return { currentTime: new Date(nowMs).toISOString(), triggerTime };
}

function openOrders(call: PrivateCall): unknown {
  const wanted = call.engine.openOrders(call.key.account).filter((order) => isWanted(call, order));
  return { open: infosOf(call, wanted.reverse()) };
}

function closedOrders(call: PrivateCall): unknown {
  const ended = call.engine.records
    .ordersOf(call.key.account)
    .filter(({ status }) => status !== 'new' && status !== 'partially_filled')
    .filter((order) => isWanted(call, order) && isWithin(call, order.createdAtMs, order.updatedAtMs))
    .sort((a, b) => b.updatedAtMs - a.updatedAtMs || b.id - a.id);
  return { closed: infosOf(call, pageOf(call, ended)), count: ended.length };
}

function queryOrders(call: PrivateCall): unknown {
  const { engine, key, params } = call;
  const orders = params
    .get('txid')
    .split(',')
    .map((id) => engine.records.findOrder(key.account, idOfTxid('O', id) ?? -1));
  const known = orders.filter((order) => order !== undefined);
  if (known.length < orders.length) throw new KrakenError('EOrder:Unknown order');
  return infosOf(call, known);
}

function tradesHistory(call: PrivateCall): unknown {
  const fills = call.engine.records
    .fillsOf(call.key.account)
    .filter((fill) => isWithin(call, fill.atMs, fill.atMs))
    .toReversed();
  return { trades: tradesJson(call, pageOf(call, fills)), count: fills.length };
}

function queryTrades(call: PrivateCall): unknown {
  const ids = new Set(
    call.params
      .get('txid')
      .split(',')
      .map((id) => idOfTxid('T', id)),
  );
  const fills = call.engine.records.fillsOf(call.key.account).filter(({ sequence }) => ids.has(sequence));
  if (fills.length < ids.size) throw new KrakenError('EQuery:Unknown trade');
  return tradesJson(call, fills);
}

function isWanted({ params }: PrivateCall, order: SimOrder): boolean {
  const clientOrderId = params.find('cl_ord_id');
  return clientOrderId === undefined || order.spec.clientOrderId === clientOrderId;
}

/** From `start`, itself left out, to `end`, in seconds; orders count by either of their times. */
function isWithin({ params }: PrivateCall, ...times: readonly number[]): boolean {
  const [start = 0, end = Number.MAX_SAFE_INTEGER] = [params.findNumber('start'), params.findNumber('end')];
  return times.some((atMs) => (start === 0 || atMs / 1000 > start) && atMs / 1000 <= end);
}

function pageOf<T>({ params }: PrivateCall, rows: readonly T[]): readonly T[] {
  const from = params.findNumber('ofs') ?? 0;
  return rows.slice(from, from + PAGE);
}

function infosOf(call: PrivateCall, orders: readonly SimOrder[]) {
  const { engine, params, key } = call;
  const fills = params.isTrue('trades') ? engine.records.fillsOf(key.account) : undefined;
  const entries = orders.map((order) => {
    const book = engine.getBook(order.spec.symbol);
    const own = fills?.filter(({ orderId }) => orderId === order.id);
    return [txid('O', order.id), orderInfo(order, book, own?.length === 0 ? undefined : own)];
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function tradesJson({ engine }: PrivateCall, fills: readonly SimFill[]) {
  const entries = fills.map((fill) => [txid('T', fill.sequence), tradeInfo(fill, engine.getBook(fill.symbol))]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}
