import { Decimal, floorToStep } from '@octant/trading/money/decimal';
import type { MarketBook } from '../core/market-book.js';
import type { OrderSpec, SimOrderType } from '../core/sim-order.js';
import { bookOf, type BinanceCall } from './binance-call.js';
import { BinanceError } from './binance-error.js';
import type { BinanceParams } from './binance-params.js';

export const binanceTypes = [
  'LIMIT',
  'MARKET',
  'STOP_LOSS',
  'STOP_LOSS_LIMIT',
  'TAKE_PROFIT',
  'TAKE_PROFIT_LIMIT',
  'LIMIT_MAKER',
] as const;
type BinanceType = (typeof binanceTypes)[number];

const plainTypes: Readonly<Record<BinanceType, SimOrderType>> = {
  LIMIT: 'limit',
  LIMIT_MAKER: 'limit',
  MARKET: 'market',
  STOP_LOSS: 'stop_loss',
  STOP_LOSS_LIMIT: 'stop_limit',
  TAKE_PROFIT: 'take_profit',
  TAKE_PROFIT_LIMIT: 'take_profit_limit',
};

const tifs = { GTC: 'gtc', IOC: 'ioc', FOK: 'fok' } as const;
const CLIENT_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;

/** What POST /api/v3/order asks for. @throws BinanceError naming what is wrong with it. */
export function orderSpecOf(call: BinanceCall): OrderSpec {
  const { params } = call;
  const book = bookOf(call);
  const side = sideOf(params);
  const type = params.findWord('type', binanceTypes);
  if (type === undefined) {
    throw new BinanceError(-1102, "Mandatory parameter 'type' was not sent, was empty/null, or malformed.");
  }
  refuseUnneeded(params, type);
  const isLimit = type === 'LIMIT' || type === 'LIMIT_MAKER' || type.endsWith('_LIMIT');
  return {
    ...{ clientOrderId: clientIdIn(params, 'newClientOrderId'), symbol: book.market.symbol, side },
    ...typeAndTrail(params, type),
    qty: qtyOf(params, book, type),
    price: isLimit ? params.getDecimal('price') : undefined,
    stopPrice: stopPriceOf(params, type),
    timeInForce: timeInForceOf(params, type),
    postOnly: type === 'LIMIT_MAKER',
  };
}

export function sideOf(params: BinanceParams): 'buy' | 'sell' {
  params.get('side');
  return params.findWord('side', ['BUY', 'SELL']) === 'BUY' ? 'buy' : 'sell';
}

export function clientIdIn(params: BinanceParams, name: string): string | undefined {
  const id = params.find(name);
  if (id !== undefined && !CLIENT_ID.test(id)) {
    throw new BinanceError(
      -1100,
      `Illegal characters found in parameter '${name}'; legal range is '^[a-zA-Z0-9-_]{1,36}$'.`,
    );
  }
  return id;
}

function refuseUnneeded(params: BinanceParams, type: BinanceType): void {
  if (type === 'MARKET') params.refuse('price', 'stopPrice', 'trailingDelta', 'timeInForce');
  if (type === 'LIMIT_MAKER') params.refuse('stopPrice', 'trailingDelta', 'timeInForce');
  if (type === 'LIMIT') params.refuse('stopPrice', 'trailingDelta');
  if (type === 'STOP_LOSS' || type === 'TAKE_PROFIT') params.refuse('price', 'timeInForce');
  if (type !== 'MARKET') params.refuse('quoteOrderQty');
}

function typeAndTrail(params: BinanceParams, type: BinanceType): Pick<OrderSpec, 'type' | 'trailingRatio'> {
  const delta = params.findInt('trailingDelta');
  if (delta === undefined) return { type: plainTypes[type], trailingRatio: undefined };
  if (delta < 10 || delta > 2000) throw new BinanceError(-1013, 'Filter failure: TRAILING_DELTA');
  // Trailing take-profits exist there, and are not simulated.
  if (!type.startsWith('STOP_LOSS')) throw new BinanceError(-1020, 'This operation is not supported.');
  const trailing = type === 'STOP_LOSS' ? 'trailing_stop' : 'trailing_stop_limit';
  return { type: trailing, trailingRatio: Decimal.of(delta).div(10_000) };
}

function stopPriceOf(params: BinanceParams, type: BinanceType): Decimal | undefined {
  if (type === 'MARKET' || type === 'LIMIT' || type === 'LIMIT_MAKER') return undefined;
  const isTrailing = params.find('trailingDelta') !== undefined;
  return isTrailing ? params.findDecimal('stopPrice') : params.getDecimal('stopPrice');
}

function timeInForceOf(params: BinanceParams, type: BinanceType): OrderSpec['timeInForce'] {
  if (type !== 'LIMIT' && !type.endsWith('_LIMIT')) return 'gtc';
  params.get('timeInForce');
  return tifs[params.findWord('timeInForce', ['GTC', 'IOC', 'FOK']) ?? 'GTC'];
}

/** Market orders may say how much quote currency they are worth instead. */
function qtyOf(params: BinanceParams, book: MarketBook, type: BinanceType): Decimal {
  const worth = type === 'MARKET' ? params.findDecimal('quoteOrderQty') : undefined;
  if (worth === undefined || book.price === undefined) return params.getDecimal('quantity');
  params.refuse('quantity');
  return floorToStep(worth.divDown(book.price, 18), book.lot);
}
