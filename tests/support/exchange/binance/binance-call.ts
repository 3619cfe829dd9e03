import type { ApiKey } from '../core/account.js';
import type { MarketBook } from '../core/market-book.js';
import type { MatchingEngine } from '../core/matching-engine.js';
import type { SimOrder } from '../core/sim-order.js';
import type { EndpointKind } from '../faults/fault-script.js';
import { BinanceError } from './binance-error.js';
import type { BinanceParams } from './binance-params.js';
import { binanceSymbol } from './order-json.js';

/** One request as its endpoint sees it. */
export interface BinanceCall {
  readonly engine: MatchingEngine;
  readonly params: BinanceParams;
  readonly nowMs: number;
}

/** One that is signed. */
export interface SignedCall extends BinanceCall {
  readonly key: ApiKey;
}

interface EndpointBase {
  readonly kind: EndpointKind;
  readonly weight: number;
  /** New orders that it counts as. */
  readonly orders?: number;
}

export type BinanceEndpoint =
  | (EndpointBase & { readonly security: 'none'; readonly answer: (call: BinanceCall) => unknown })
  | (EndpointBase & { readonly security: 'read' | 'trade'; readonly answer: (call: SignedCall) => unknown });

/** Of the parameter `symbol`. @throws BinanceError when there is no such market. */
export function bookOf({ engine, params }: BinanceCall): MarketBook {
  const symbol = params.get('symbol');
  const book = engine.books().find(({ market }) => binanceSymbol(market.symbol) === symbol);
  if (book === undefined) throw new BinanceError(-1121, 'Invalid symbol.');
  return book;
}

/** Of the parameters `orderId` or `origClientOrderId`; undefined where the account has no such order in the market. */
export function findNamedOrder(call: SignedCall): SimOrder | undefined {
  const { engine, params, key } = call;
  const { symbol } = bookOf(call).market;
  const id = params.findInt('orderId');
  const clientOrderId = params.find('origClientOrderId');
  if (id === undefined && clientOrderId === undefined) {
    throw new BinanceError(-1102, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!");
  }
  const order =
    id === undefined
      ? engine.records.findByClientId(key.account, clientOrderId ?? '')
      : engine.records.findOrder(key.account, id);
  return order?.spec.symbol === symbol ? order : undefined;
}
