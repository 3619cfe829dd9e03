import { pathToFileURL } from 'node:url';
import { timeframeName } from '@octant/trading/messages/envelope';

/** The market analyst's way to an exchange, as far as it is used here. */
interface ExchangeModule {
  openCcxtExchange(options: { id: string; apiUrl: string | undefined }): Promise<{
    assertServes(timeframe: string): void;
    fetchCandles(query: {
      symbol: string;
      timeframe: string;
      sinceMs: number;
      limit: number;
    }): Promise<readonly unknown[]>;
  }>;
}

/** What the asking process prints. */
export interface ExchangeAnswer {
  readonly ok: boolean;
  /** Code of the error: `unknown_exchange`, `exchange_unreachable`, `exchange_refused`, `unsupported_timeframe`. */
  readonly code?: string;
  readonly reason?: string;
}

/**
 * The body of a process of its own, so that an exchange's library does not stay in the launcher's memory: asks for one
 * candle of each symbol, and prints an ExchangeAnswer.
 */
export async function answerQuestion(argv: readonly string[], apiUrl: string | undefined): Promise<ExchangeAnswer> {
  const [modulePath = '', id = '', timeframe = '', ...symbols] = argv;
  try {
    const analyst = (await import(pathToFileURL(modulePath).href)) as ExchangeModule;
    const exchange = await analyst.openCcxtExchange({ id, apiUrl });
    exchange.assertServes(timeframeName.parse(timeframe));
    for (const symbol of symbols)
      await exchange.fetchCandles({ symbol, timeframe, sinceMs: Date.now() - 7 * 86_400_000, limit: 2 });
    return { ok: true };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'failed';
    return { ok: false, code, reason };
  }
}
