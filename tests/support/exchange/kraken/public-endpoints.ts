import type { MarketBook } from '../core/market-book.js';
import { fixedPlaces } from '../server/fixed-places.js';
import { bookNamed, type KrakenCall, type KrakenEndpoint } from './kraken-call.js';
import { altAsset, altName, assetId, decimalsOf, pairId } from './kraken-names.js';

export const publicEndpoints: Readonly<Record<string, KrakenEndpoint>> = {
  Time: { kind: 'time', cost: 0, security: 'none', answer: time },
  SystemStatus: { kind: 'status', cost: 0, security: 'none', answer: status },
  Assets: { kind: 'markets', cost: 0, security: 'none', answer: assets },
  AssetPairs: { kind: 'markets', cost: 0, security: 'none', answer: assetPairs },
  Ticker: { kind: 'ticker', cost: 0, security: 'none', answer: ticker },
  OHLC: { kind: 'candles', cost: 0, security: 'none', answer: candles },
  Trades: { kind: 'other', cost: 0, security: 'none', answer: trades },
  Depth: { kind: 'other', cost: 0, security: 'none', answer: depth },
};

/** Whole seconds, as Kraken tells them. */
function time({ nowMs }: KrakenCall): unknown {
  return { unixtime: Math.floor(nowMs / 1000), rfc1123: new Date(nowMs).toUTCString() };
}

function status({ nowMs }: KrakenCall): unknown {
  return { status: 'online', timestamp: new Date(nowMs).toISOString() };
}

function assets({ engine }: KrakenCall): unknown {
  const known = new Set(engine.books().flatMap(({ market }) => [market.base, market.quote]));
  return Object.fromEntries(
    [...known].map((asset) => [
      assetId(asset),
      { aclass: 'currency', altname: altAsset(asset), decimals: 10, display_decimals: 5, status: 'enabled' },
    ]),
  );
}

function assetPairs({ engine }: KrakenCall): unknown {
  return Object.fromEntries(engine.books().map((book) => [pairId(book.market), pairJson(book)]));
}

function pairJson({ market }: MarketBook) {
  const percent = (ratio: string) => Number(ratio) * 100;
  return {
    ...{ altname: altName(market), wsname: `${altAsset(market.base)}/${altAsset(market.quote)}` },
    ...{ aclass_base: 'currency', base: assetId(market.base), aclass_quote: 'currency', quote: assetId(market.quote) },
    ...{ lot: 'unit', cost_decimals: 5, pair_decimals: decimalsOf(market.tickSize) },
    ...{ lot_decimals: decimalsOf(market.lotSize), lot_multiplier: 1, leverage_buy: [], leverage_sell: [] },
    ...{ fees: [[0, percent(market.takerFee)]], fees_maker: [[0, percent(market.makerFee)]] },
    ...{ fee_volume_currency: 'ZUSD', margin_call: 80, margin_stop: 40, ordermin: market.minQty },
    ...{ costmin: market.minNotional, tick_size: market.tickSize, status: 'online' },
  };
}

function ticker({ engine, params }: KrakenCall): unknown {
  const named = params.find('pair');
  const books = named === undefined ? engine.books() : named.split(',').map((name) => bookNamed(engine, name));
  return Object.fromEntries(
    books.map((book) => {
      const last = fixedPlaces(book.price, decimalsOf(book.market.tickSize));
      const level = [last, '1', '1.000'];
      const both = [last, last];
      const info = { a: level, b: level, c: [last, '1'], v: ['0', '0'], p: both, t: [0, 0], l: both, h: both, o: last };
      return [pairId(book.market), info];
    }),
  );
}

/** The candles that were played, whatever interval is asked for. */
function candles({ engine, params }: KrakenCall): unknown {
  const book = bookNamed(engine, params.get('pair'));
  const since = params.findNumber('since') ?? 0;
  const rows = book.candles
    .filter(({ openTimeMs }) => openTimeMs / 1000 > since || since === 0)
    .slice(-720)
    .map(({ openTimeMs, open, high, low, close, volume }) => [
      openTimeMs / 1000,
      open,
      high,
      low,
      close,
      close,
      volume,
      1,
    ]);
  return { [pairId(book.market)]: rows, last: (book.candles.at(-2)?.openTimeMs ?? 0) / 1000 };
}

function trades({ engine, params }: KrakenCall): unknown {
  const book = bookNamed(engine, params.get('pair'));
  const rows = engine.records
    .fills()
    .filter(({ symbol }) => symbol === book.market.symbol)
    .slice(-1000)
    .map(({ price, qty, atMs, side, type, tradeId }) => [
      ...[
        fixedPlaces(price, 5),
        fixedPlaces(qty),
        atMs / 1000,
        side.charAt(0),
        type === 'market' ? 'm' : 'l',
        '',
        tradeId,
      ],
    ]);
  return { [pairId(book.market)]: rows, last: '0' };
}

function depth({ engine, params, nowMs }: KrakenCall): unknown {
  const book = bookNamed(engine, params.get('pair'));
  const level = [fixedPlaces(book.price, decimalsOf(book.market.tickSize)), '1.000', Math.floor(nowMs / 1000)];
  return { [pairId(book.market)]: { asks: [level], bids: [level] } };
}
