import { loadCcxtClass as loadClass, type CcxtConstructor } from '@octant/platform/ccxt/load-ccxt-class';

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

export type CcxtClass = CcxtConstructor<CcxtExchange>;

/** One exchange's class. @throws PermanentError `unknown_exchange` when ccxt has no such id. */
export function loadCcxtClass(id: string, wantsSockets: boolean): Promise<CcxtClass> {
  return loadClass<CcxtExchange>(id, wantsSockets);
}
