import { Decimal, floorToStep } from '@octant/trading/money/decimal';
import type { OrderSpec, SimOrderType } from '../core/sim-order.js';
import { bookNamed, type KrakenCall, type KrakenParams } from './kraken-call.js';
import { KrakenError } from './kraken-error.js';

const types: Readonly<Record<string, SimOrderType>> = {
  market: 'market',
  limit: 'limit',
  'stop-loss': 'stop_loss',
  'stop-loss-limit': 'stop_limit',
  'take-profit': 'take_profit',
  'take-profit-limit': 'take_profit_limit',
  'trailing-stop': 'trailing_stop',
};

const tifs: Readonly<Record<string, OrderSpec['timeInForce']>> = { GTC: 'gtc', IOC: 'ioc', FOK: 'fok' };
const MOST_DEADLINE_MS = 60_000;
/** A UUID with or without hyphens, or up to 18 characters of ASCII. */
const CLIENT_ID = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}|[\x21-\x7e]{1,18})$/i;

/** What AddOrder asks for. @throws KrakenError naming the argument that is wrong. */
export function orderSpecOf(call: KrakenCall): OrderSpec {
  const { engine, params } = call;
  assertDeadline(call);
  if (params.isTrue('reduce_only')) throw new KrakenError('EOrder:Reduce only:No position exists');
  if (params.find('close[ordertype]') !== undefined) throw new KrakenError('EGeneral:Invalid arguments:close');
  const book = bookNamed(engine, params.get('pair'));
  const type = types[params.get('ordertype')] ?? invalid('ordertype');
  const flags = (params.find('oflags') ?? '').split(',');
  return {
    ...{ clientOrderId: clientIdOf(params), symbol: book.market.symbol, side: sideOf(params), type },
    qty: flags.includes('viqc') && type === 'market' ? worthOf(params, book) : decimalOf(params, 'volume'),
    ...pricesOf(params, type),
    timeInForce: type === 'market' ? 'gtc' : (tifs[params.find('timeinforce') ?? 'GTC'] ?? invalid('timeinforce')),
    postOnly: flags.includes('post'),
  };
}

/** @throws KrakenError `EService:Deadline elapsed` when it came too late. */
export function assertDeadline({ params, nowMs }: KrakenCall): void {
  const text = params.find('deadline');
  if (text === undefined) return;
  const deadlineMs = Date.parse(text);
  if (Number.isNaN(deadlineMs) || deadlineMs - nowMs > MOST_DEADLINE_MS) invalid('deadline');
  if (deadlineMs < nowMs) throw new KrakenError('EService:Deadline elapsed');
}

function sideOf(params: KrakenParams): 'buy' | 'sell' {
  const side = params.get('type');
  return side === 'buy' || side === 'sell' ? side : invalid('type');
}

function clientIdOf(params: KrakenParams): string | undefined {
  const id = params.find('cl_ord_id');
  if (id === undefined) return undefined;
  if (params.find('userref') !== undefined) invalid('userref and cl_ord_id are mutually exclusive');
  return CLIENT_ID.test(id) ? id : invalid('cl_ord_id');
}

function pricesOf(params: KrakenParams, type: SimOrderType): Pick<OrderSpec, 'price' | 'stopPrice' | 'trailingRatio'> {
  const none = { price: undefined, stopPrice: undefined, trailingRatio: undefined };
  switch (type) {
    case 'market':
      return none;
    case 'limit':
      return { ...none, price: decimalOf(params, 'price') };
    case 'trailing_stop': {
      // Distances in quote currency exist there, and are not simulated.
      const percent = /^\+(\d+(?:\.\d+)?)%$/.exec(params.get('price'))?.[1] ?? invalid('price');
      return { ...none, trailingRatio: Decimal.of(percent).div(100) };
    }
    case 'stop_loss':
    case 'take_profit':
      return { ...none, stopPrice: decimalOf(params, 'price') };
    default:
      return { ...none, stopPrice: decimalOf(params, 'price'), price: decimalOf(params, 'price2') };
  }
}

export function decimalOf(params: KrakenParams, name: string): Decimal {
  const text = params.get(name);
  return /^\d+(\.\d+)?$/.test(text) ? Decimal.of(text) : invalid(name);
}

/** Volume in quote currency. */
function worthOf(params: KrakenParams, { price, lot }: { price: Decimal | undefined; lot: Decimal }): Decimal {
  const worth = decimalOf(params, 'volume');
  return price === undefined ? worth : floorToStep(worth.divDown(price, 18), lot);
}

function invalid(argument: string): never {
  throw new KrakenError(`EGeneral:Invalid arguments:${argument}`);
}
