import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Decimal, formatDecimal } from '@octant/trading/money/decimal';

const HOUR_MS = 3_600_000;

/** The market analyst's way to an exchange, as far as it is used here. */
interface AnalystModule {
  openCcxtExchange(options: { id: string; apiUrl: string | undefined }): Promise<{
    fetchCandles(query: {
      symbol: string;
      timeframe: '1h';
      sinceMs: number;
      limit: number;
    }): Promise<readonly { readonly close: string }[]>;
  }>;
}

/** Half of the last price: nothing is bought at it, and exchanges take it. */
export async function farPrice(
  root: string,
  exchange: { readonly id: string; readonly apiUrl: string | undefined },
  symbol: string,
): Promise<string> {
  const path = join(root, 'agents', 'market-analyst', 'dist', 'adapters', 'ccxt-exchange.js');
  const analyst = (await import(pathToFileURL(path).href)) as AnalystModule;
  const opened = await analyst.openCcxtExchange(exchange);
  const candles = await opened.fetchCandles({ symbol, timeframe: '1h', sinceMs: Date.now() - 3 * HOUR_MS, limit: 5 });
  const last = candles.at(-1)?.close;
  if (last === undefined) throw new Error(`${exchange.id} gives no price of ${symbol}: expected --price`);
  return formatDecimal(Decimal.of(last).div(2));
}
