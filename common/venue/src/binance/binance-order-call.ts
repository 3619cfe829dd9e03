import { Decimal, formatDecimal } from '@octant/trading/money/decimal';
import type { ListedMarket } from '../listed-markets.js';
import { unsupported } from '../venue-failure.js';
import type { VenueOrderKind, VenueOrderRequest } from '../venue.js';
import { LEG_ENDS } from './binance-shapes.js';

/** Longest `recvWindow` that the venue takes. */
const LONGEST_WINDOW_MS = 60_000;
const TIMES_IN_FORCE = { gtc: 'GTC', ioc: 'IOC', fok: 'FOK' } as const;

/** What ccxt's `createOrder` is called with. */
export interface OrderCall {
  readonly type: 'market' | 'limit';
  readonly price: string | undefined;
  readonly params: Readonly<Record<string, unknown>>;
}

type SingleKind = Exclude<VenueOrderKind, { type: 'oco' }>;
type OcoKind = Extract<VenueOrderKind, { type: 'oco' }>;

/** @throws VenueFailureError `unsupported` for what the venue has not. */
export function binanceOrderCall(request: VenueOrderRequest, kind: SingleKind, nowMs: number): OrderCall {
  const { type, price, params } = callOf(kind);
  return { type, price, params: { ...params, ...shared(request, nowMs), clientOrderId: request.clientOrderId } };
}

function callOf(kind: SingleKind): OrderCall {
  switch (kind.type) {
    case 'market':
      return { type: 'market', price: undefined, params: {} };
    case 'limit':
      return { type: 'limit', price: kind.price, params: limitParams(kind) };
    case 'stop_loss':
      return { type: 'market', price: undefined, params: { stopLossPrice: kind.stopPrice } };
    case 'stop_limit':
      return { type: 'limit', price: kind.price, params: { stopLossPrice: kind.stopPrice, timeInForce: 'GTC' } };
    case 'take_profit':
      return { type: 'market', price: undefined, params: { takeProfitPrice: kind.stopPrice } };
    case 'trailing_stop':
      return {
        type: 'market',
        price: undefined,
        params: { trailingPercent: percentOf(kind.trailingRatio), stopLossOrTakeProfit: 'stopLoss' },
      };
  }
}

function limitParams({ postOnly, timeInForce }: Extract<VenueOrderKind, { type: 'limit' }>): Record<string, unknown> {
  if (!postOnly) return { timeInForce: TIMES_IN_FORCE[timeInForce] };
  if (timeInForce !== 'gtc') throw unsupported(`a post-only order with time in force ${timeInForce}`);
  return { postOnly: true };
}

/** Above and below the price: of a sale the profit is above, of a purchase the stop. */
export function binanceOcoParams(
  request: VenueOrderRequest,
  kind: OcoKind,
  at: { market: ListedMarket; nowMs: number },
): Readonly<Record<string, unknown>> {
  const { clientOrderId, side, qty } = request;
  const [profit, stop] = side === 'sell' ? (['above', 'below'] as const) : (['below', 'above'] as const);
  return {
    symbol: at.market.marketId,
    side: side.toUpperCase(),
    quantity: qty,
    listClientOrderId: clientOrderId,
    [`${profit}Type`]: 'LIMIT_MAKER',
    [`${profit}Price`]: kind.price,
    [`${profit}ClientOrderId`]: `${clientOrderId}${LEG_ENDS.profit}`,
    [`${stop}Type`]: kind.stopLimitPrice === undefined ? 'STOP_LOSS' : 'STOP_LOSS_LIMIT',
    [`${stop}StopPrice`]: kind.stopPrice,
    [`${stop}ClientOrderId`]: `${clientOrderId}${LEG_ENDS.stop}`,
    ...(kind.stopLimitPrice === undefined
      ? {}
      : { [`${stop}Price`]: kind.stopLimitPrice, [`${stop}TimeInForce`]: 'GTC' }),
    newOrderRespType: 'RESULT',
    ...shared(request, at.nowMs),
  };
}

/** The venue refuses the request once its clock is past `timestamp + recvWindow`. */
function shared({ expiresAtMs }: VenueOrderRequest, nowMs: number): Record<string, number> {
  if (expiresAtMs === undefined) return {};
  const windowMs = Math.min(LONGEST_WINDOW_MS, Math.floor(expiresAtMs - nowMs));
  return { timestamp: nowMs, recvWindow: windowMs };
}

/** Of which the venue takes whole basis points. */
function percentOf(ratio: string): string {
  const points = Decimal.of(ratio).times(10_000);
  if (points.mod(1).isZero() && points.gt(0)) return formatDecimal(points.div(100));
  throw unsupported(`trailingRatio: expected whole basis points above 0, was ${ratio}`);
}
