import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { InputError } from '../interruption.js';
import { runProgram } from '../servers/run-program.js';

const TIMEOUT_MS = 45_000;
const answer = z.object({ ok: z.boolean(), code: z.string().optional(), reason: z.string().optional() });
/** These lie with what the user typed; the others with the network or the exchange. */
const INPUT_CODES = new Set(['unknown_exchange', 'exchange_refused', 'unsupported_timeframe']);

export interface ExchangeQuestion {
  readonly root: string;
  readonly exchange: string;
  readonly timeframe: string;
  readonly symbols: readonly string[];
}

/**
 * Asks the exchange for a candle of each symbol before anything is started.
 * @throws InputError for an exchange or a symbol that there is not; Error when the network or the exchange is not there.
 */
export async function checkExchange({ root, exchange, timeframe, symbols }: ExchangeQuestion): Promise<void> {
  const script = fileURLToPath(new URL('./ask-exchange.js', import.meta.url));
  const adapter = join(root, 'agents', 'market-analyst', 'dist', 'adapters', 'ccxt-exchange.js');
  const result = await runProgram(process.execPath, [script, adapter, exchange, timeframe, ...symbols], {
    timeoutMs: TIMEOUT_MS,
  });
  const parsed = answer.safeParse(parseJson(result.stdout));
  if (parsed.success && parsed.data.ok) return;
  const reason = parsed.success ? (parsed.data.reason ?? 'no reason given') : 'no answer in time';
  if (parsed.success && INPUT_CODES.has(parsed.data.code ?? '')) throw new InputError(`--live-data: ${reason}`);
  throw new Error(
    `expected live candles of ${exchange}, was: ${reason}. Without a network, npm start trades a simulated market.`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the schema refuses it
  }
}
