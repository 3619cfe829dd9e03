import { loadNetworkError } from '@octant/platform/ccxt/load-ccxt-class';
import { redirectUrls } from '@octant/platform/ccxt/redirect-urls';
import { AppError, PermanentError, TransientError } from '@octant/platform/errors/errors';
import type { DecimalCandle } from '@octant/trading/market/candle';
import { plainDecimalOf } from '@octant/trading/market/csv-number';
import type { TimeframeName } from '@octant/trading/messages/envelope';
import { loadCcxtClass, type CcxtExchange } from './ccxt-classes.js';
import { withinLimits, type RequestLimits } from './request-limits.js';

export interface CandleQuery {
  readonly symbol: string;
  readonly timeframe: TimeframeName;
  /** First open time wanted. */
  readonly sinceMs: number;
  readonly limit: number;
}

/** Candles as they form, over a socket. */
export interface CandleStream {
  /** Resolves to the newest candle of the series at its next update. @throws Error when the socket is lost. */
  next(series: { symbol: string; timeframe: TimeframeName }): Promise<DecimalCandle>;
  /** Closes the socket; whoever waits is thrown at, and the next question opens a new one. */
  reset(): Promise<void>;
}

/** Public candles of one exchange. */
export interface LiveExchange {
  readonly id: string;
  /** Only where the exchange has one and the data source wants it. */
  readonly stream?: CandleStream;
  /** @throws PermanentError `unsupported_timeframe` naming the ones that it has. */
  assertServes(timeframe: TimeframeName): void;
  /**
   * Oldest first; the newest one may still be forming.
   * @throws TransientError `exchange_unreachable`; PermanentError `exchange_refused` when it does not know the symbol.
   */
  fetchCandles(query: CandleQuery): Promise<DecimalCandle[]>;
}

/** Candles asked for at once where ccxt does not know how many an exchange gives. */
const PAGE = 500;

export interface CcxtOptions {
  readonly id: string;
  /** Another host for all of its endpoints. */
  readonly apiUrl: string | undefined;
  readonly transport?: 'auto' | 'rest' | 'websocket';
  readonly credentials?: { readonly apiKey?: string; readonly secret?: string; readonly password?: string };
  readonly limits?: RequestLimits;
}

/**
 * Opens one exchange of ccxt by its id, with its rate limit on.
 * @throws PermanentError `unknown_exchange` when ccxt has no such id, `no_websocket` when it has to have one and has not.
 */
export async function openCcxtExchange(options: CcxtOptions): Promise<LiveExchange & { readonly pageLimit: number }> {
  const { id, limits, transport = 'rest' } = options;
  const [exchange, NetworkError] = await Promise.all([openClient(options), loadNetworkError()]);
  // A failed load would be remembered and fail for ever, unless it is asked to load again.
  const loadMarkets = async () => {
    if (exchange.markets !== undefined) return;
    await withinLimits(limits, { kind: 'markets', client: exchange }, () => exchange.loadMarkets(true));
  };
  const stream = transport === 'rest' ? undefined : streamOf(exchange, loadMarkets);
  if (transport === 'websocket' && stream === undefined) {
    throw new PermanentError(`transport of ${id}: expected auto or rest, was websocket, which ccxt has not`, {
      code: 'no_websocket',
    });
  }
  const limit = exchange.features?.spot?.fetchOHLCV?.limit;
  return {
    id,
    /** Most candles that it gives in one answer. */
    pageLimit: typeof limit === 'number' && limit > 1 ? limit : PAGE,
    ...(stream === undefined ? {} : { stream }),
    assertServes(timeframe) {
      if (timeframe in exchange.timeframes) return;
      const known = Object.keys(exchange.timeframes).join(', ');
      throw new PermanentError(`timeframe of ${id}: expected one of ${known}, was ${timeframe}`, {
        code: 'unsupported_timeframe',
      });
    },
    async fetchCandles({ symbol, timeframe, sinceMs, limit }) {
      try {
        await loadMarkets();
        const rows = await withinLimits(limits, { kind: 'candles', client: exchange }, () =>
          exchange.fetchOHLCV(nameOf(symbol), timeframe, sinceMs, limit),
        );
        return rows.map(candleOf).sort((a, b) => a.openTimeMs - b.openTimeMs);
      } catch (error) {
        if (error instanceof AppError) throw error;
        const reason = error instanceof Error ? error.message : String(error);
        if (error instanceof NetworkError) {
          throw new TransientError(`${id} does not answer: ${reason}`, { code: 'exchange_unreachable', cause: error });
        }
        throw new PermanentError(`${id} gives no candles of ${symbol}: ${reason}`, {
          code: 'exchange_refused',
          cause: error,
        });
      }
    },
  };
}

async function openClient({ id, apiUrl, transport, credentials }: CcxtOptions): Promise<CcxtExchange> {
  const Exchange = await loadCcxtClass(id, transport === 'auto' || transport === 'websocket');
  const exchange = new Exchange({
    ...credentials,
    enableRateLimit: true,
    options: { fetchMarkets: { types: ['spot'] } },
  });
  // Prices stay the text that the exchange sent.
  exchange.number = String;
  exchange.has['fetchCurrencies'] = false;
  if (apiUrl !== undefined) {
    exchange.urls['api'] = redirectUrls(exchange.urls['api'], apiUrl);
    if (apiUrl.startsWith('http:')) await exchange.loadHttpProxyAgent();
  }
  return exchange;
}

function streamOf(exchange: CcxtExchange, loadMarkets: () => Promise<void>): CandleStream | undefined {
  if (exchange.has['ws'] !== true || exchange.has['watchOHLCV'] !== true) return undefined;
  return {
    async next({ symbol, timeframe }) {
      await loadMarkets();
      const rows = await exchange.watchOHLCV(nameOf(symbol), timeframe);
      const newest = rows.map(candleOf).reduce((a, b) => (b.openTimeMs >= a.openTimeMs ? b : a));
      return newest;
    },
    reset: () => exchange.close(),
  };
}

function nameOf(symbol: string): string {
  return symbol.replace('-', '/');
}

function candleOf(row: readonly unknown[]): DecimalCandle {
  const [openTimeMs, ...values] = row;
  const text = (index: number, column: string) => {
    const value = values[index];
    return typeof value === 'string' || typeof value === 'number' ? plainDecimalOf(column, String(value)) : '';
  };
  return {
    openTimeMs: Number(openTimeMs),
    open: text(0, 'open'),
    high: text(1, 'high'),
    low: text(2, 'low'),
    close: text(3, 'close'),
    volume: text(4, 'volume'),
  };
}
