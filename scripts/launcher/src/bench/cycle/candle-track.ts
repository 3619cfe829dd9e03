import { simulateCandles } from '@octant/trading/market/simulated-market';
import type { DecimalCandle } from '@octant/trading/market/candle';
import type { DeskClient } from '../../desk/desk-client.js';
import { SOURCE, TIMEFRAME } from './real-run.js';

const SEED = 7;
const START_MS = Date.UTC(2020, 0, 1);
const HOUR_MS = 3_600_000;
/** Most candles that one ingest request carries. */
const CHUNK = 5000;

/**
 * Simulated candles for one run after the other: time never goes back, and each run has a symbol of its own, for the last
 * order of a replay stays open and would fill in the next run of its symbol.
 */
export class CandleTrack {
  readonly #client: DeskClient;
  #nextMs = START_MS;

  constructor(client: DeskClient) {
    this.#client = client;
  }

  /** Stores candles of the symbol with the analyst. Open times: from inclusive, to exclusive. */
  async take(symbol: string, count: number): Promise<{ symbol: string; fromMs: number; toMs: number }> {
    const fromMs = this.#nextMs;
    const market = simulateCandles({ seed: SEED, symbol, timeframe: TIMEFRAME, startMs: fromMs });
    for (let left = count; left > 0; left -= CHUNK) {
      const candles: DecimalCandle[] = [];
      while (candles.length < Math.min(left, CHUNK)) candles.push(market.next().value);
      await this.#client.ingest(SOURCE, { symbol, timeframe: TIMEFRAME, candles });
    }
    this.#nextMs += count * HOUR_MS;
    return { symbol, fromMs, toMs: this.#nextMs };
  }
}
