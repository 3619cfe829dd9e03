import { PermanentError } from '@octant/platform/errors/errors';
import { resolveSymbol, UnknownSymbolError } from '@octant/trading/market/symbol';

/** The canonical symbol; @throws PermanentError `unknown_symbol` (400) naming the nearest listed one. */
export function listedSymbol(text: string, markets: readonly string[]): string {
  try {
    return resolveSymbol(text, markets);
  } catch (error) {
    if (!(error instanceof UnknownSymbolError)) throw error;
    throw new PermanentError(`symbol: ${error.message}`, {
      code: 'unknown_symbol',
      details: error.nearest === undefined ? {} : { nearest: error.nearest },
      cause: error,
    });
  }
}
