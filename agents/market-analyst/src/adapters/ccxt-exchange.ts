import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PermanentError, TransientError } from '@octant/platform/errors/errors';
import type { DecimalCandle } from '@octant/trading/market/candle';
import { plainDecimalOf } from '@octant/trading/market/csv-number';
import type { TimeframeName } from '@octant/trading/messages/envelope';

export interface CandleQuery {
  readonly symbol: string;
  readonly timeframe: TimeframeName;
  /** First open time wanted. */
  readonly sinceMs: number;
  readonly limit: number;
}

/** Public candles of one exchange. */
export interface LiveExchange {
  readonly id: string;
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

/** The part of a ccxt exchange that is used here. */
interface CcxtExchange {
  number: (text: string) => unknown;
  has: Record<string, unknown>;
  urls: Record<string, unknown>;
  timeframes: Record<string, unknown>;
  features?: { spot?: { fetchOHLCV?: { limit?: unknown } } };
  markets: unknown;
  loadMarkets(reload: boolean): Promise<unknown>;
  fetchOHLCV(symbol: string, timeframe: string, since: number, limit: number): Promise<readonly unknown[][]>;
}

type CcxtClass = new (options: Record<string, unknown>) => CcxtExchange;
type ErrorClass = new (...parameters: never[]) => Error;

/**
 * Opens one exchange of ccxt by its id, with its rate limit on. Only that exchange's file is loaded: ccxt's entry point
 * would load more than a hundred of them. Its `exports` hide the single files, so the path is taken from the package's place.
 *
 * @throws PermanentError `unknown_exchange` when ccxt has no such id.
 */
export async function openCcxtExchange(options: {
  id: string;
  apiUrl: string | undefined;
}): Promise<LiveExchange & { readonly pageLimit: number }> {
  const { id, apiUrl } = options;
  const [Exchange, NetworkError] = await Promise.all([loadExchange(id), loadNetworkError()]);
  const exchange = new Exchange({ enableRateLimit: true, options: { fetchMarkets: { types: ['spot'] } } });
  // Prices stay the text that the exchange sent.
  exchange.number = String;
  exchange.has['fetchCurrencies'] = false;
  if (apiUrl !== undefined) exchange.urls['api'] = redirect(exchange.urls['api'], apiUrl);
  const limit = exchange.features?.spot?.fetchOHLCV?.limit;
  return {
    id,
    /** Most candles that it gives in one answer. */
    pageLimit: typeof limit === 'number' && limit > 1 ? limit : PAGE,
    assertServes(timeframe) {
      if (timeframe in exchange.timeframes) return;
      const known = Object.keys(exchange.timeframes).join(', ');
      throw new PermanentError(`timeframe of ${id}: expected one of ${known}, was ${timeframe}`, {
        code: 'unsupported_timeframe',
      });
    },
    async fetchCandles({ symbol, timeframe, sinceMs, limit }) {
      const name = symbol.replace('-', '/');
      try {
        // A failed load would be remembered and fail for ever, unless it is asked to load again.
        if (exchange.markets === undefined) await exchange.loadMarkets(true);
        const rows = await exchange.fetchOHLCV(name, timeframe, sinceMs, limit);
        return rows.map(candleOf).sort((a, b) => a.openTimeMs - b.openTimeMs);
      } catch (error) {
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

function ccxtFile(path: string): string {
  const entry = createRequire(import.meta.url).resolve('ccxt');
  return pathToFileURL(join(dirname(entry), '..', 'js', 'src', path)).href;
}

async function loadExchange(id: string): Promise<CcxtClass> {
  if (!/^[a-z0-9]+$/.test(id)) throw unknownExchange(id);
  try {
    const loaded = (await import(ccxtFile(`${id}.js`))) as { default?: CcxtClass };
    if (loaded.default === undefined) throw unknownExchange(id);
    return loaded.default;
  } catch (error) {
    throw unknownExchange(id, error);
  }
}

async function loadNetworkError(): Promise<ErrorClass> {
  const { NetworkError } = (await import(ccxtFile('base/errors.js'))) as { NetworkError: ErrorClass };
  return NetworkError;
}

function unknownExchange(id: string, cause?: unknown): PermanentError {
  const message = `exchange: expected replay, simulator or the id of a ccxt exchange, was ${JSON.stringify(id)}`;
  return new PermanentError(message, { code: 'unknown_exchange', cause });
}

/** The same endpoint paths at another host; ccxt keeps one URL or several by name. */
function redirect(urls: unknown, apiUrl: string): unknown {
  if (typeof urls === 'string') return apiUrl.replace(/\/$/, '') + new URL(urls).pathname.replace(/\/$/, '');
  if (typeof urls !== 'object' || urls === null) return urls;
  return Object.fromEntries(Object.entries(urls).map(([name, url]) => [name, redirect(url, apiUrl)]));
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
