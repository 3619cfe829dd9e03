import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TimeframeName } from '@octant/trading/messages/envelope';
import { InputError } from '../interruption.js';
import type { CandleVenue } from './fetch-range.js';

/** The market analyst's way to an exchange, as far as it is used here. */
interface ExchangeModule {
  openCcxtExchange(options: {
    id: string;
    apiUrl: string | undefined;
  }): Promise<CandleVenue & { assertServes(timeframe: TimeframeName): void }>;
}

/** These lie with what the user typed; the others with the network or the exchange. */
const INPUT_CODES: ReadonlySet<unknown> = new Set(['unknown_exchange', 'exchange_refused', 'unsupported_timeframe']);

/** Opens an exchange of ccxt with its rate limit on. @throws InputError when there is no such one, or not that timeframe. */
export async function openVenue(options: {
  root: string;
  id: string;
  timeframe: TimeframeName;
  apiUrl: string | undefined;
}): Promise<CandleVenue> {
  const path = join(options.root, 'agents', 'market-analyst', 'dist', 'adapters', 'ccxt-exchange.js');
  const analyst = (await import(pathToFileURL(path).href)) as ExchangeModule;
  try {
    const exchange = await analyst.openCcxtExchange(options);
    exchange.assertServes(options.timeframe);
    return exchange;
  } catch (error) {
    throw asVenueError(error);
  }
}

/** What the exchange refuses for the user's sake as an InputError; everything else as it is. */
export function asVenueError(error: unknown): unknown {
  const isInput = error instanceof Error && 'code' in error && INPUT_CODES.has(error.code);
  return isInput ? new InputError(`fetch: ${error.message}`, { cause: error }) : error;
}
