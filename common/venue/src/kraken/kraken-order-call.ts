import { Decimal, formatDecimal } from '@octant/trading/money/decimal';
import { unsupported } from '../venue-failure.js';
import type { VenueOrderKind, VenueOrderRequest } from '../venue.js';

/** The venue takes deadlines no farther ahead. */
const LONGEST_DEADLINE_MS = 60_000;

/** What ccxt's `createOrder` is called with. */
export interface OrderCall {
  readonly type: 'market' | 'limit';
  readonly price: string | undefined;
  readonly params: Readonly<Record<string, unknown>>;
}

/** @throws VenueFailureError `unsupported` for what the venue has not. */
export function krakenOrderCall(request: VenueOrderRequest, nowMs: number): OrderCall {
  const { type, price, params } = callOf(request.kind);
  const { clientOrderId, expiresAtMs } = request;
  return {
    type,
    price,
    params: {
      ...params,
      clientOrderId,
      // Without it fees of sales may come in either currency, and the list of trades does not say which.
      oflags: 'fciq',
      ...(expiresAtMs === undefined
        ? {}
        : { deadline: new Date(Math.min(expiresAtMs, nowMs + LONGEST_DEADLINE_MS - 1)).toISOString() }),
    },
  };
}

function callOf(kind: VenueOrderKind): OrderCall {
  switch (kind.type) {
    case 'market':
      return { type: 'market', price: undefined, params: {} };
    case 'limit':
      return { type: 'limit', price: kind.price, params: limitParams(kind) };
    case 'stop_loss':
      return { type: 'market', price: undefined, params: { stopLossPrice: kind.stopPrice } };
    case 'stop_limit':
      return { type: 'limit', price: kind.price, params: { stopLossPrice: kind.stopPrice } };
    case 'take_profit':
      return { type: 'market', price: undefined, params: { takeProfitPrice: kind.stopPrice } };
    case 'trailing_stop':
      return { type: 'market', price: undefined, params: { trailingPercent: percentOf(kind.trailingRatio) } };
    case 'oco':
      throw unsupported('kraken has no OCO on spot');
  }
}

function limitParams({ postOnly, timeInForce }: Extract<VenueOrderKind, { type: 'limit' }>): Record<string, unknown> {
  if (timeInForce === 'fok') throw unsupported('kraken has no fill-or-kill');
  if (postOnly && timeInForce !== 'gtc') throw unsupported(`a post-only order with time in force ${timeInForce}`);
  return { timeInForce: timeInForce === 'ioc' ? 'IOC' : 'GTC', ...(postOnly ? { postOnly } : {}) };
}

/** Of which the venue takes up to four decimal places. */
function percentOf(ratio: string): string {
  const percent = Decimal.of(ratio).times(100);
  if (percent.gt(0) && percent.round(4).eq(percent)) return formatDecimal(percent);
  throw unsupported(`trailingRatio: expected above 0 with at most 6 decimal places, was ${ratio}`);
}
