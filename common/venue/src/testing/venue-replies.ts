/** Answers in the form that the venues document, of two markets each. */

function binanceMarket(base: string, quote: string) {
  return {
    symbol: `${base}${quote}`,
    status: 'TRADING',
    baseAsset: base,
    baseAssetPrecision: 8,
    quoteAsset: quote,
    quotePrecision: 8,
    orderTypes: ['LIMIT', 'LIMIT_MAKER', 'MARKET', 'STOP_LOSS', 'STOP_LOSS_LIMIT', 'TAKE_PROFIT', 'TAKE_PROFIT_LIMIT'],
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    filters: [
      { filterType: 'PRICE_FILTER', minPrice: '0.01000000', maxPrice: '1000000.00000000', tickSize: '0.01000000' },
      { filterType: 'LOT_SIZE', minQty: '0.00001000', maxQty: '9000.00000000', stepSize: '0.00001000' },
      { filterType: 'NOTIONAL', minNotional: '5.00000000', applyMinToMarket: true, maxNotional: '9000000.00000000' },
    ],
    permissions: [],
  };
}

export const binanceMarkets = {
  timezone: 'UTC',
  serverTime: 1_700_000_000_000,
  symbols: [binanceMarket('BTC', 'USDT'), binanceMarket('ETH', 'USDT')],
};

function krakenMarket(names: { altname: string; wsname: string; base: string; quote: string }) {
  return {
    ...names,
    aclass_base: 'currency',
    aclass_quote: 'currency',
    pair_decimals: 2,
    lot_decimals: 8,
    lot_multiplier: 1,
    leverage_buy: [],
    leverage_sell: [],
    fees: [[0, 0.4]],
    fees_maker: [[0, 0.25]],
    ordermin: '0.00005',
    costmin: '0.5',
    tick_size: '0.1',
    status: 'online',
  };
}

export const krakenMarkets = {
  error: [],
  result: {
    XXBTZUSD: krakenMarket({ altname: 'XBTUSD', wsname: 'XBT/USD', base: 'XXBT', quote: 'ZUSD' }),
    XETHZUSD: krakenMarket({ altname: 'ETHUSD', wsname: 'ETH/USD', base: 'XETH', quote: 'ZUSD' }),
  },
};

/** The answer to a new order, of `newOrderRespType=FULL`. */
export function binancePlaced(fields: Record<string, unknown> = {}) {
  return {
    symbol: 'BTCUSDT',
    orderId: 28,
    orderListId: -1,
    clientOrderId: 'oct1',
    transactTime: 1_700_000_000_123,
    price: '50000.00000000',
    origQty: '0.10000000',
    executedQty: '0.00000000',
    cummulativeQuoteQty: '0.00000000',
    status: 'NEW',
    timeInForce: 'GTC',
    type: 'LIMIT',
    side: 'BUY',
    fills: [],
    ...fields,
  };
}

/** An order as it is asked for. */
export function binanceOrder(fields: Record<string, unknown> = {}) {
  return { ...binancePlaced(), time: 1_700_000_000_000, updateTime: 1_700_000_000_123, isWorking: true, ...fields };
}

export function binanceTrade(fields: Record<string, unknown> = {}) {
  return {
    symbol: 'BTCUSDT',
    id: 900,
    orderId: 28,
    orderListId: -1,
    price: '50000.00000000',
    qty: '0.04000000',
    quoteQty: '2000.00000000',
    commission: '2.00000000',
    commissionAsset: 'USDT',
    time: 1_700_000_001_000,
    isBuyer: true,
    isMaker: false,
    isBestMatch: true,
    ...fields,
  };
}

export function binanceReport(fields: Record<string, unknown> = {}) {
  return {
    e: 'executionReport',
    E: 1_700_000_001_001,
    s: 'BTCUSDT',
    c: 'oct1',
    S: 'BUY',
    o: 'LIMIT',
    f: 'GTC',
    q: '0.10000000',
    p: '50000.00000000',
    P: '0.00000000',
    F: '0.00000000',
    g: -1,
    C: '',
    x: 'NEW',
    X: 'NEW',
    r: 'NONE',
    i: 28,
    l: '0.00000000',
    z: '0.00000000',
    L: '0.00000000',
    n: '0',
    N: null,
    T: 1_700_000_001_000,
    t: -1,
    m: false,
    O: 1_700_000_000_000,
    ...fields,
  };
}

export function krakenOrder(fields: Record<string, unknown> = {}) {
  return {
    refid: null,
    userref: null,
    cl_ord_id: 'c1',
    status: 'open',
    opentm: 1_700_000_000.123,
    starttm: 0,
    expiretm: 0,
    descr: {
      pair: 'XBTUSD',
      type: 'buy',
      ordertype: 'limit',
      price: '50000.0',
      price2: '0',
      leverage: 'none',
      order: 'buy 0.10000000 XBTUSD @ limit 50000.0',
      close: '',
    },
    vol: '0.10000000',
    vol_exec: '0.00000000',
    cost: '0.00000',
    fee: '0.00000',
    price: '0.00000',
    stopprice: '0.00000',
    limitprice: '0.00000',
    misc: '',
    oflags: 'fciq',
    ...fields,
  };
}

export function krakenTrade(fields: Record<string, unknown> = {}) {
  return {
    ordertxid: 'OQCLML-BW3P3-BUCMWZ',
    postxid: 'TKH2SE-M7IF5-CFI7LT',
    pair: 'XXBTZUSD',
    time: 1_700_000_001.5,
    type: 'buy',
    ordertype: 'limit',
    price: '50000.00000',
    cost: '2000.00000',
    fee: '5.00000',
    vol: '0.04000000',
    margin: '0.00000',
    misc: '',
    trade_id: 40_274_859,
    maker: true,
    ...fields,
  };
}

export function krakenExecution(fields: Record<string, unknown> = {}) {
  return {
    order_id: 'OQCLML-BW3P3-BUCMWZ',
    cl_ord_id: 'c1',
    exec_type: 'new',
    order_status: 'new',
    symbol: 'BTC/USD',
    side: 'buy',
    order_type: 'limit',
    order_qty: 0.1,
    cum_qty: 0,
    limit_price: 50_000,
    timestamp: '2023-11-14T22:13:21.500Z',
    ...fields,
  };
}

export function krakenReply(result: unknown, error: readonly string[] = []) {
  return { error, ...(error.length === 0 ? { result } : {}) };
}
