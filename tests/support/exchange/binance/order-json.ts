import { Decimal } from '@octant/trading/money/decimal';
import type { SimFill, SimOrder, SimOrderStatus, SimOrderType } from '../core/sim-order.js';
import { fixedPlaces } from '../server/fixed-places.js';

const types: Readonly<Record<SimOrderType, string>> = {
  market: 'MARKET',
  limit: 'LIMIT',
  stop_loss: 'STOP_LOSS',
  stop_limit: 'STOP_LOSS_LIMIT',
  take_profit: 'TAKE_PROFIT',
  take_profit_limit: 'TAKE_PROFIT_LIMIT',
  trailing_stop: 'STOP_LOSS',
  trailing_stop_limit: 'STOP_LOSS_LIMIT',
};

const statuses: Readonly<Record<SimOrderStatus, string>> = {
  new: 'NEW',
  partially_filled: 'PARTIALLY_FILLED',
  filled: 'FILLED',
  canceled: 'CANCELED',
  expired: 'EXPIRED',
};

/** `BTCUSDT` of `BTC-USDT`. */
export function binanceSymbol(symbol: string): string {
  return symbol.replace('-', '');
}

export function typeOf({ spec }: SimOrder): string {
  return spec.type === 'limit' && spec.postOnly ? 'LIMIT_MAKER' : types[spec.type];
}

export function statusOf(order: SimOrder): string {
  return statuses[order.status];
}

/** The venue gives one where the client gave none. */
export function clientIdOf(order: SimOrder): string {
  return order.spec.clientOrderId ?? `sim-${order.id}`;
}

function coreOf(order: SimOrder) {
  return {
    price: fixedPlaces(order.price),
    origQty: fixedPlaces(order.qty),
    executedQty: fixedPlaces(order.filledQty),
    origQuoteOrderQty: fixedPlaces(Decimal.of(0)),
    cummulativeQuoteQty: fixedPlaces(order.filledQuote),
    status: statusOf(order),
    timeInForce: order.spec.timeInForce.toUpperCase(),
    type: typeOf(order),
    side: order.spec.side.toUpperCase(),
    ...stopOf(order),
  };
}

function stopOf({ stopPrice, spec }: SimOrder) {
  return {
    ...(stopPrice === undefined && spec.stopPrice === undefined
      ? {}
      : { stopPrice: fixedPlaces(stopPrice ?? spec.stopPrice) }),
    ...(spec.trailingRatio === undefined ? {} : { trailingDelta: spec.trailingRatio.times(10_000).toNumber() }),
  };
}

function idsOf(order: SimOrder) {
  return { symbol: binanceSymbol(order.spec.symbol), orderId: order.id, orderListId: order.listId ?? -1 };
}

/** As it is asked for. */
export function orderJson(order: SimOrder) {
  return {
    ...idsOf(order),
    clientOrderId: clientIdOf(order),
    ...coreOf(order),
    stopPrice: fixedPlaces(order.stopPrice ?? order.spec.stopPrice),
    icebergQty: fixedPlaces(Decimal.of(0)),
    time: order.createdAtMs,
    updateTime: order.updatedAtMs,
    isWorking: true,
    workingTime: order.createdAtMs,
    selfTradePreventionMode: 'NONE',
  };
}

/** The answer to an order: `ACK`, `RESULT` or `FULL`. */
export function placedJson(order: SimOrder, fills: readonly SimFill[], kind: 'ACK' | 'RESULT' | 'FULL') {
  const acknowledged = { ...idsOf(order), clientOrderId: clientIdOf(order), transactTime: order.updatedAtMs };
  if (kind === 'ACK') return acknowledged;
  const result = { ...acknowledged, ...coreOf(order), workingTime: order.createdAtMs, selfTradePreventionMode: 'NONE' };
  if (kind === 'RESULT') return result;
  return {
    ...result,
    fills: fills.map((fill) => ({
      price: fixedPlaces(fill.price),
      qty: fixedPlaces(fill.qty),
      commission: fixedPlaces(fill.fee),
      commissionAsset: fill.feeAsset,
      tradeId: fill.tradeId,
    })),
  };
}

/** The answer to a cancellation, which has a client id of its own. */
export function canceledJson(order: SimOrder, cancelId: string | undefined) {
  return {
    ...idsOf(order),
    origClientOrderId: clientIdOf(order),
    clientOrderId: cancelId ?? `cancel-${order.id}`,
    transactTime: order.updatedAtMs,
    ...coreOf(order),
    selfTradePreventionMode: 'NONE',
  };
}

export function tradeJson(fill: SimFill, listId: number | undefined) {
  return {
    symbol: binanceSymbol(fill.symbol),
    id: fill.tradeId,
    orderId: fill.orderId,
    orderListId: listId ?? -1,
    price: fixedPlaces(fill.price),
    qty: fixedPlaces(fill.qty),
    quoteQty: fixedPlaces(fill.quoteQty),
    commission: fixedPlaces(fill.fee),
    commissionAsset: fill.feeAsset,
    time: fill.atMs,
    isBuyer: fill.side === 'buy',
    isMaker: fill.maker,
    isBestMatch: true,
  };
}

export function listJson(listId: number, listClientOrderId: string, orders: readonly SimOrder[]) {
  const isDone = orders.every((order) => order.status !== 'new' && order.status !== 'partially_filled');
  const [first] = orders;
  return {
    orderListId: listId,
    contingencyType: 'OCO',
    listStatusType: isDone ? 'ALL_DONE' : 'EXEC_STARTED',
    listOrderStatus: isDone ? 'ALL_DONE' : 'EXECUTING',
    listClientOrderId,
    transactionTime: first?.createdAtMs ?? 0,
    symbol: first === undefined ? '' : binanceSymbol(first.spec.symbol),
    orders: orders.map((order) => ({
      symbol: binanceSymbol(order.spec.symbol),
      orderId: order.id,
      clientOrderId: clientIdOf(order),
    })),
  };
}
