import type { Decimal } from '@octant/trading/money/decimal';
import { isOpen, type OrderSpec, type SimOrder } from '../core/sim-order.js';
import { bookOf, type BinanceEndpoint, type SignedCall } from './binance-call.js';
import { BinanceError, rejectedBy } from './binance-error.js';
import { canceledJson, listJson, placedJson } from './order-json.js';
import { clientIdIn, sideOf } from './order-spec.js';

/** OCO: a limit and a stop of which the first to trade or to trigger ends the other. */
export class OrderLists {
  /** Client ids of the lists, by account and list. */
  readonly #names = new Map<string, string>();

  readonly endpoints: Readonly<Record<string, BinanceEndpoint>> = {
    'POST /api/v3/orderList/oco': placing((call) => this.#place(call, aboveAndBelow(call))),
    'POST /api/v3/order/oco': placing((call) => this.#place(call, limitAndStop(call))),
    'GET /api/v3/orderList': { kind: 'find', weight: 4, security: 'read', answer: (call) => this.#find(call) },
    'DELETE /api/v3/orderList': { kind: 'cancel', weight: 1, security: 'trade', answer: (call) => this.#cancel(call) },
    'GET /api/v3/openOrderList': {
      kind: 'open_orders',
      weight: 6,
      security: 'read',
      answer: (call) => this.#openLists(call).map((list) => this.#json(list)),
    },
    'GET /api/v3/allOrderList': {
      kind: 'orders',
      weight: 20,
      security: 'read',
      answer: (call) => this.#lists(call).map((list) => this.#json(list)),
    },
  };

  #place(call: SignedCall, { limit, stop }: { limit: OrderSpec; stop: OrderSpec }): unknown {
    const { engine, params, key } = call;
    const name = clientIdIn(params, 'listClientOrderId');
    const placed = engine.placeList(key.account, limit, stop);
    if (placed.outcome === 'rejected') throw rejectedBy(placed.code);
    this.#names.set(`${key.account} ${placed.listId}`, name ?? `list-${placed.listId}`);
    const list = { account: key.account, listId: placed.listId, orders: placed.orders };
    return { ...this.#json(list), orderReports: placed.orders.map((order) => placedJson(order, [], 'RESULT')) };
  }

  #find(call: SignedCall): unknown {
    const list = this.#named(call, 'origClientOrderId');
    if (list === undefined) throw new BinanceError(-2013, 'Order list does not exist.');
    return this.#json(list);
  }

  #cancel(call: SignedCall): unknown {
    const list = this.#named(call, 'listClientOrderId');
    const [first] = list?.orders.filter(isOpen) ?? [];
    if (list === undefined || first === undefined || !call.engine.cancel(first)) throw rejectedBy('not_open');
    return { ...this.#json(list), orderReports: list.orders.map((order) => canceledJson(order, undefined)) };
  }

  #named(call: SignedCall, nameParam: string): OrderList | undefined {
    const id = call.params.findInt('orderListId');
    const name = call.params.find(nameParam);
    return this.#lists(call).findLast((list) =>
      id === undefined ? this.#names.get(`${list.account} ${list.listId}`) === name : list.listId === id,
    );
  }

  #lists({ engine, key }: SignedCall): OrderList[] {
    const ids = new Set(engine.records.ordersOf(key.account).flatMap(({ listId }) => listId ?? []));
    return [...ids].map((listId) => ({
      account: key.account,
      listId,
      orders: engine.records.listOf(key.account, listId),
    }));
  }

  #openLists(call: SignedCall): OrderList[] {
    return this.#lists(call).filter(({ orders }) => orders.some(isOpen));
  }

  #json({ account, listId, orders }: OrderList) {
    return listJson(listId, this.#names.get(`${account} ${listId}`) ?? `list-${listId}`, orders);
  }
}

function placing(answer: (call: SignedCall) => unknown): BinanceEndpoint {
  return { kind: 'place', weight: 1, orders: 2, security: 'trade', answer };
}

interface OrderList {
  readonly account: string;
  readonly listId: number;
  readonly orders: readonly SimOrder[];
}

/** The older way: which of both is above goes without saying. */
function limitAndStop(call: SignedCall): { limit: OrderSpec; stop: OrderSpec } {
  const { params } = call;
  const stopLimitPrice = params.findDecimal('stopLimitPrice');
  return pairOf(call, {
    price: params.getDecimal('price'),
    limitId: clientIdIn(params, 'limitClientOrderId'),
    stopPrice: params.getDecimal('stopPrice'),
    stopLimitPrice,
    stopId: clientIdIn(params, 'stopClientOrderId'),
  });
}

function aboveAndBelow(call: SignedCall): { limit: OrderSpec; stop: OrderSpec } {
  const { params } = call;
  const types = { above: params.get('aboveType'), below: params.get('belowType') };
  const limitLeg = types.above === 'LIMIT_MAKER' ? 'above' : 'below';
  const stopLeg = limitLeg === 'above' ? 'below' : 'above';
  const stopType = types[stopLeg];
  if (types[limitLeg] !== 'LIMIT_MAKER' || !/^STOP_LOSS(_LIMIT)?$/.test(stopType)) {
    throw new BinanceError(-1014, 'Unsupported order combination.');
  }
  return pairOf(call, {
    price: params.getDecimal(`${limitLeg}Price`),
    limitId: clientIdIn(params, `${limitLeg}ClientOrderId`),
    stopPrice: params.getDecimal(`${stopLeg}StopPrice`),
    stopLimitPrice: stopType === 'STOP_LOSS_LIMIT' ? params.getDecimal(`${stopLeg}Price`) : undefined,
    stopId: clientIdIn(params, `${stopLeg}ClientOrderId`),
  });
}

interface PairPrices {
  readonly price: Decimal;
  readonly limitId: string | undefined;
  readonly stopPrice: Decimal;
  readonly stopLimitPrice: Decimal | undefined;
  readonly stopId: string | undefined;
}

function pairOf(call: SignedCall, pair: PairPrices): { limit: OrderSpec; stop: OrderSpec } {
  const { market, price } = bookOf(call);
  const side = sideOf(call.params);
  const [upper, lower] = side === 'sell' ? [pair.price, pair.stopPrice] : [pair.stopPrice, pair.price];
  if (price === undefined || upper.lte(price) || lower.gte(price)) {
    throw new BinanceError(-2010, 'The relationship of the prices for the orders is not correct.');
  }
  const shared = { symbol: market.symbol, side, qty: call.params.getDecimal('quantity'), timeInForce: 'gtc' } as const;
  return {
    limit: {
      ...{ ...shared, type: 'limit', clientOrderId: pair.limitId, price: pair.price, postOnly: true },
      ...{ stopPrice: undefined, trailingRatio: undefined },
    },
    stop: {
      ...{ ...shared, clientOrderId: pair.stopId, price: pair.stopLimitPrice, stopPrice: pair.stopPrice },
      ...{ type: pair.stopLimitPrice === undefined ? 'stop_loss' : 'stop_limit' },
      ...{ trailingRatio: undefined, postOnly: false },
    },
  };
}
