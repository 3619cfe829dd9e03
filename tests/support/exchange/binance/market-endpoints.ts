import { timeframeMs } from '@octant/trading/market/timeframe';
import { timeframeName } from '@octant/trading/messages/envelope';
import type { MarketBook } from '../core/market-book.js';
import { fixedPlaces } from '../server/fixed-places.js';
import { bookOf, type BinanceCall, type BinanceEndpoint, type SignedCall } from './binance-call.js';
import { BinanceError } from './binance-error.js';
import { binanceSymbol } from './order-json.js';
import { binanceTypes } from './order-spec.js';

export const marketEndpoints: Readonly<Record<string, BinanceEndpoint>> = {
  'GET /api/v3/ping': { kind: 'status', weight: 1, security: 'none', answer: () => ({}) },
  'GET /api/v3/time': { kind: 'time', weight: 1, security: 'none', answer: ({ nowMs }) => ({ serverTime: nowMs }) },
  'GET /sapi/v1/system/status': {
    ...{ kind: 'status', weight: 1, security: 'none' },
    answer: () => ({ status: 0, msg: 'normal' }),
  },
  'GET /api/v3/exchangeInfo': { kind: 'markets', weight: 20, security: 'none', answer: exchangeInfo },
  'GET /api/v3/klines': { kind: 'candles', weight: 2, security: 'none', answer: klines },
  'GET /api/v3/trades': { kind: 'other', weight: 25, security: 'none', answer: trades },
  'GET /api/v3/depth': { kind: 'other', weight: 5, security: 'none', answer: depth },
  'GET /api/v3/ticker/price': {
    kind: 'ticker',
    weight: 2,
    security: 'none',
    answer: (call) => priceJson(bookOf(call)),
  },
  'GET /api/v3/ticker/bookTicker': { kind: 'ticker', weight: 2, security: 'none', answer: bookTicker },
  'GET /api/v3/ticker/24hr': { kind: 'ticker', weight: 2, security: 'none', answer: tickers },
  'GET /api/v3/account': { kind: 'balances', weight: 20, security: 'read', answer: account },
  'GET /sapi/v1/capital/config/getall': { kind: 'markets', weight: 10, security: 'read', answer: coins },
  // Asked for with the markets; there is no margin trading here.
  'GET /sapi/v1/margin/allPairs': { kind: 'markets', weight: 1, security: 'read', answer: () => [] },
  'GET /sapi/v1/margin/isolated/allPairs': { kind: 'markets', weight: 10, security: 'read', answer: () => [] },
  'GET /sapi/v1/account/apiRestrictions': { kind: 'rights', weight: 1, security: 'read', answer: restrictions },
};

function exchangeInfo({ engine, nowMs }: BinanceCall): unknown {
  return {
    timezone: 'UTC',
    serverTime: nowMs,
    rateLimits: [
      { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6000 },
      { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 100 },
      { rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1, limit: 200_000 },
    ],
    exchangeFilters: [],
    symbols: engine.books().map(symbolJson),
  };
}

function symbolJson({ market }: MarketBook) {
  const { symbol, base, quote, tickSize, lotSize, minQty, maxQty, minNotional } = market;
  return {
    symbol: binanceSymbol(symbol),
    ...{ status: 'TRADING', baseAsset: base, baseAssetPrecision: 8, quoteAsset: quote, quotePrecision: 8 },
    ...{ quoteAssetPrecision: 8, baseCommissionPrecision: 8, quoteCommissionPrecision: 8 },
    orderTypes: binanceTypes,
    ...{ icebergAllowed: true, ocoAllowed: true, otoAllowed: true, quoteOrderQtyMarketAllowed: true },
    ...{ allowTrailingStop: true, cancelReplaceAllowed: true, amendAllowed: false },
    ...{ isSpotTradingAllowed: true, isMarginTradingAllowed: false },
    filters: [
      { filterType: 'PRICE_FILTER', minPrice: tickSize, maxPrice: '1000000.00000000', tickSize },
      { filterType: 'LOT_SIZE', minQty, maxQty, stepSize: lotSize },
      { filterType: 'MARKET_LOT_SIZE', minQty: '0.00000000', maxQty, stepSize: '0.00000000' },
      {
        filterType: 'TRAILING_DELTA',
        ...{ minTrailingAboveDelta: 10, maxTrailingAboveDelta: 2000 },
        ...{ minTrailingBelowDelta: 10, maxTrailingBelowDelta: 2000 },
      },
      {
        filterType: 'NOTIONAL',
        minNotional,
        applyMinToMarket: true,
        maxNotional: '9000000.00000000',
        applyMaxToMarket: false,
        avgPriceMins: 5,
      },
      { filterType: 'MAX_NUM_ORDERS', maxNumOrders: 100_000 },
      { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: 100_000 },
    ],
    permissions: [],
    permissionSets: [['SPOT']],
    defaultSelfTradePreventionMode: 'NONE',
    allowedSelfTradePreventionModes: ['NONE'],
  };
}

function klines(call: BinanceCall): unknown {
  const { params } = call;
  params.get('interval');
  const timeframe = params.findWord('interval', timeframeName.options) ?? '1m';
  const from = params.findInt('startTime') ?? 0;
  const to = params.findInt('endTime') ?? Number.MAX_SAFE_INTEGER;
  const limit = Math.min(params.findInt('limit') ?? 500, 1000);
  const candles = bookOf(call).candlesOf(timeframe);
  const rows = candles.filter(({ openTimeMs }) => openTimeMs >= from && openTimeMs <= to);
  const page = params.find('startTime') === undefined ? rows.slice(-limit) : rows.slice(0, limit);
  return page.map(({ openTimeMs, open, high, low, close, volume }) => [
    ...[openTimeMs, open, high, low, close, volume, openTimeMs + timeframeMs(timeframe) - 1],
    ...['0.00000000', 0, '0.00000000', '0.00000000', '0'],
  ]);
}

/** What accounts traded here, which is all that is traded. */
function trades(call: BinanceCall): unknown {
  const { symbol } = bookOf(call).market;
  const fills = call.engine.records.fills().filter((fill) => fill.symbol === symbol);
  return fills.slice(-(call.params.findInt('limit') ?? 500)).map((fill) => ({
    ...{ id: fill.tradeId, price: fixedPlaces(fill.price), qty: fixedPlaces(fill.qty) },
    ...{ quoteQty: fixedPlaces(fill.quoteQty), time: fill.atMs, isBestMatch: true },
    isBuyerMaker: fill.maker === (fill.side === 'buy'),
  }));
}

function depth(call: BinanceCall): unknown {
  const { bid, ask } = spreadOf(bookOf(call));
  return { lastUpdateId: 1, bids: [[bid, '1.00000000']], asks: [[ask, '1.00000000']] };
}

function priceJson({ market, price }: MarketBook) {
  return { symbol: binanceSymbol(market.symbol), price: fixedPlaces(price) };
}

function bookTicker(call: BinanceCall): unknown {
  const book = bookOf(call);
  const { bid, ask } = spreadOf(book);
  const symbol = binanceSymbol(book.market.symbol);
  return { symbol, bidPrice: bid, bidQty: '1.00000000', askPrice: ask, askQty: '1.00000000' };
}

/** Of one market, or of those that `symbols` lists. */
function tickers(call: BinanceCall): unknown {
  const listed = call.params.find('symbols');
  if (listed === undefined) return ticker(call, bookOf(call));
  return booksNamed(call, listed).map((book) => ticker(call, book));
}

function booksNamed({ engine }: BinanceCall, listed: string): readonly MarketBook[] {
  const names = /^\["[A-Z0-9]+"(,"[A-Z0-9]+")*\]$/.test(listed) ? (JSON.parse(listed) as readonly string[]) : [];
  const books = names.map((name) => engine.books().find(({ market }) => binanceSymbol(market.symbol) === name));
  if (books.length === 0) throw new BinanceError(-1100, "Illegal characters found in parameter 'symbols'.");
  return books.map((book) => {
    if (book === undefined) throw new BinanceError(-1121, 'Invalid symbol.');
    return book;
  });
}

function ticker(call: BinanceCall, book: MarketBook): unknown {
  const { bid, ask } = spreadOf(book);
  const last = fixedPlaces(book.price);
  return {
    ...{ symbol: binanceSymbol(book.market.symbol), lastPrice: last, openPrice: last, highPrice: last, lowPrice: last },
    ...{ bidPrice: bid, bidQty: '1.00000000', askPrice: ask, askQty: '1.00000000', weightedAvgPrice: last },
    ...{ priceChange: '0.00000000', priceChangePercent: '0.000', prevClosePrice: last, lastQty: '0.00000000' },
    ...{ volume: '0.00000000', quoteVolume: '0.00000000', openTime: call.nowMs - 86_400_000, closeTime: call.nowMs },
    ...{ firstId: 0, lastId: book.lastTradeId, count: book.lastTradeId },
  };
}

/** Bid and ask are the price itself: that is what is traded at. */
function spreadOf({ price }: MarketBook): { bid: string; ask: string } {
  return { bid: fixedPlaces(price), ask: fixedPlaces(price) };
}

function account({ engine, key, nowMs }: SignedCall): unknown {
  const balances = engine.records.account(key.account).balances();
  return {
    ...{ makerCommission: 10, takerCommission: 10, buyerCommission: 0, sellerCommission: 0 },
    ...{ canTrade: true, canWithdraw: true, canDeposit: true, brokered: false, requireSelfTradePrevention: false },
    ...{ preventSor: false, updateTime: nowMs, accountType: 'SPOT', permissions: ['SPOT'], uid: 1 },
    balances: [...balances].map(([asset, { free, locked }]) => ({
      ...{ asset, free: fixedPlaces(free), locked: fixedPlaces(locked) },
    })),
  };
}

function coins({ engine, key }: SignedCall): unknown {
  const account = engine.records.account(key.account);
  const assets = new Set(engine.books().flatMap(({ market }) => [market.base, market.quote]));
  return [...assets].map((coin) => {
    const { free, locked } = account.balanceOf(coin);
    return {
      ...{ coin, name: coin, trading: true, isLegalMoney: false, depositAllEnable: true, withdrawAllEnable: true },
      ...{ free: fixedPlaces(free), locked: fixedPlaces(locked), freeze: '0', networkList: [] },
    };
  });
}

function restrictions({ key }: SignedCall): unknown {
  return {
    ...{ ipRestrict: false, createTime: 1_700_000_000_000, enableReading: true },
    ...{ enableWithdrawals: key.mayWithdraw, enableSpotAndMarginTrading: key.mayTrade },
    ...{ enableInternalTransfer: false, enableMargin: false, enableFutures: false, permitsUniversalTransfer: false },
    ...{ enableVanillaOptions: false, enablePortfolioMarginTrading: false },
  };
}
