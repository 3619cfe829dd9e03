import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PermanentError } from '@octant/platform/errors/errors';

/** The part of a ccxt exchange that is used here. */
export interface CcxtExchange {
  number: (text: string) => unknown;
  has: Record<string, unknown>;
  urls: Record<string, unknown>;
  timeframes: Record<string, unknown>;
  features?: { spot?: { fetchOHLCV?: { limit?: unknown } } };
  markets: unknown;
  last_response_headers: unknown;
  loadMarkets(reload: boolean): Promise<unknown>;
  fetchOHLCV(symbol: string, timeframe: string, since: number, limit: number): Promise<readonly unknown[][]>;
  /** Resolves at the next update; only a class that was loaded with sockets has it. */
  watchOHLCV(symbol: string, timeframe: string): Promise<readonly unknown[][]>;
  close(): Promise<void>;
  /** Needed before a socket without TLS is opened. */
  loadHttpProxyAgent(): Promise<unknown>;
}

export type CcxtClass = new (options: Record<string, unknown>) => CcxtExchange;
type ErrorClass = new (...parameters: never[]) => Error;

/**
 * Loads one exchange of ccxt by its id, with its sockets where they are wanted and it has them. Only that exchange's files
 * are loaded: ccxt's entry point would load more than a hundred. Its `exports` hide the single files, so the path is taken
 * from the package's place.
 *
 * @throws PermanentError `unknown_exchange` when ccxt has no such id.
 */
export async function loadCcxtClass(id: string, wantsSockets: boolean): Promise<CcxtClass> {
  if (!/^[a-z0-9]+$/.test(id)) throw unknownExchange(id);
  const file = wantsSockets && existsSync(ccxtPath(`pro/${id}.js`)) ? `pro/${id}.js` : `${id}.js`;
  try {
    const loaded = (await import(pathToFileURL(ccxtPath(file)).href)) as { default?: CcxtClass };
    if (loaded.default === undefined) throw unknownExchange(id);
    return loaded.default;
  } catch (error) {
    throw unknownExchange(id, error);
  }
}

/** Base class of the failures that may pass. */
export async function loadNetworkError(): Promise<ErrorClass> {
  const url = pathToFileURL(ccxtPath('base/errors.js')).href;
  const { NetworkError } = (await import(url)) as { NetworkError: ErrorClass };
  return NetworkError;
}

function ccxtPath(path: string): string {
  const entry = createRequire(import.meta.url).resolve('ccxt');
  return join(dirname(entry), '..', 'js', 'src', path);
}

function unknownExchange(id: string, cause?: unknown): PermanentError {
  const message = `exchange: expected replay, simulator or the id of a ccxt exchange, was ${JSON.stringify(id)}`;
  return new PermanentError(message, { code: 'unknown_exchange', cause });
}
