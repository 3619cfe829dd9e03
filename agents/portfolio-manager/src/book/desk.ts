import type { Clock } from '@octant/platform/time/clock';
import { PermanentError } from '@octant/platform/errors/errors';
import { resolveSymbol, UnknownSymbolError } from '@octant/trading/market/symbol';
import type { LedgerStore } from '../adapters/ledger-store.js';
import type { PortfolioSettings } from '../config.js';
import type { BooksCache } from './books-cache.js';
import type { Marks } from './marks.js';

/** What handlers and routes work with. */
export interface PortfolioDesk {
  readonly store: LedgerStore;
  readonly books: BooksCache;
  readonly marks: Marks;
  readonly clock: Clock;
  readonly settings: () => PortfolioSettings;
}

export const PORTFOLIO_GROUP = 'portfolio';
/** Fills and marks run in it one after the other. */
export const BOOKS_LANE = 'books';

/** The canonical symbol. @throws PermanentError `unknown_symbol` naming the nearest. */
export function canonicalSymbol(desk: Pick<PortfolioDesk, 'settings'>, text: string): string {
  try {
    return resolveSymbol(text, [...desk.settings().instruments.keys()]);
  } catch (error) {
    if (!(error instanceof UnknownSymbolError)) throw error;
    throw new PermanentError(`symbol: ${error.message}`, { code: 'unknown_symbol', cause: error });
  }
}
