import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface DoubleCandle {
  readonly openTimeMs: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
}

/** Speaks the public candle endpoints of Kraken and Binance, as their documentation prints them, over a market of its own. */
export class ExchangeDouble {
  readonly #server: Server;
  /** What the exchange has, oldest first; the last one is forming. */
  candles: DoubleCandle[] = [];
  /** Open times that the next answer leaves out, once. */
  readonly hidden = new Set<number>();
  /** Answers 503 while it is set. */
  down = false;
  requests: string[] = [];
  /** Hears of each request before it is answered. */
  onRequest: (path: string) => void = () => undefined;
  /** Kraken gives its newest so many candles, whatever is asked for. */
  newestOnly = Number.POSITIVE_INFINITY;

  private constructor() {
    this.#server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://double');
      this.requests.push(url.pathname);
      this.onRequest(url.pathname);
      const body = this.down ? undefined : this.#answer(url);
      response.writeHead(body === undefined ? 503 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body ?? { error: ['EService:Unavailable'] }));
    });
  }

  static async open(): Promise<ExchangeDouble> {
    const double = new ExchangeDouble();
    await new Promise<void>((resolve) => double.#server.listen(0, '127.0.0.1', resolve));
    return double;
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer({ pathname, searchParams }: URL): unknown {
    switch (pathname) {
      case '/0/public/Assets':
        return { error: [], result: {} };
      case '/0/public/AssetPairs':
        return { error: [], result: { XXBTZUSD: krakenPair } };
      case '/0/public/OHLC': {
        const since = Number(searchParams.get('since') ?? 0) * 1000;
        const newest = this.candles.slice(-this.newestOnly)[0]?.openTimeMs ?? 0;
        const rows = this.#since(Math.max(since + 1, newest)).map((c) => [
          c.openTimeMs / 1000,
          ...[c.open, c.high, c.low, c.close, c.close, c.volume],
          9,
        ]);
        return { error: [], result: { XXBTZUSD: rows, last: 0 } };
      }
      case '/api/v3/exchangeInfo':
        return { timezone: 'UTC', serverTime: 0, rateLimits: [], symbols: [binanceSymbol] };
      case '/api/v3/klines': {
        const limit = Number(searchParams.get('limit') ?? 500);
        return this.#since(Number(searchParams.get('startTime') ?? 0))
          .slice(0, limit)
          .map((c) => [
            c.openTimeMs,
            c.open,
            c.high,
            c.low,
            c.close,
            c.volume,
            c.openTimeMs + 59_999,
            '0',
            1,
            '0',
            '0',
            '0',
          ]);
      }
      default:
        return undefined;
    }
  }

  #since(fromMs: number): DoubleCandle[] {
    const shown = this.candles.filter(({ openTimeMs }) => openTimeMs >= fromMs && !this.hidden.has(openTimeMs));
    if (shown.length > 1) this.hidden.clear();
    return shown;
  }
}

const krakenPair = {
  altname: 'XBTUSD',
  wsname: 'XBT/USD',
  aclass_base: 'currency',
  base: 'XXBT',
  aclass_quote: 'currency',
  quote: 'ZUSD',
  lot: 'unit',
  pair_decimals: 1,
  lot_decimals: 8,
  lot_multiplier: 1,
  leverage_buy: [],
  leverage_sell: [],
  fees: [[0, 0.4]],
  fees_maker: [[0, 0.25]],
  fee_volume_currency: 'ZUSD',
  margin_call: 80,
  margin_stop: 40,
  ordermin: '0.0001',
  costmin: '0.5',
  tick_size: '0.1',
  status: 'online',
};

const binanceSymbol = {
  symbol: 'BTCUSDT',
  status: 'TRADING',
  baseAsset: 'BTC',
  baseAssetPrecision: 8,
  quoteAsset: 'USDT',
  quotePrecision: 8,
  quoteAssetPrecision: 8,
  orderTypes: ['LIMIT', 'MARKET'],
  isSpotTradingAllowed: true,
  isMarginTradingAllowed: false,
  permissions: ['SPOT'],
  filters: [
    { filterType: 'PRICE_FILTER', minPrice: '0.01', maxPrice: '1000000', tickSize: '0.01' },
    { filterType: 'LOT_SIZE', minQty: '0.00001', maxQty: '9000', stepSize: '0.00001' },
  ],
};
