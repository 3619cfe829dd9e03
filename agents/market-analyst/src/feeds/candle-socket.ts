import type { Clock } from '@octant/platform/time/clock';
import type { DecimalCandle } from '@octant/trading/market/candle';
import type { TimeframeName } from '@octant/trading/messages/envelope';
import type { Logger } from 'pino';
import type { CandleStream } from '../adapters/ccxt-exchange.js';

const LOOK_EVERY_MS = 1000;
const FIRST_BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 60_000;

export interface CandleSocketParts {
  readonly stream: CandleStream;
  readonly source: string;
  readonly timeframe: TimeframeName;
  readonly silentAfterMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onUpdate: (symbol: string, candle: DecimalCandle) => void;
  /** The socket was given up, for silence or because it failed. */
  readonly onLost: (reason: 'silent' | 'failed') => void;
}

/**
 * Listens to the forming candles of a feed's symbols. Silence is judged over all symbols: one that nobody trades is no
 * fault. A lost socket is opened again after a growing pause; meanwhile `alive` is false and REST goes on alone.
 */
export class CandleSocket {
  readonly #parts: CandleSocketParts;
  readonly #listening = new Map<string, AbortController>();
  readonly #stopping = new AbortController();
  #heardAtMs: number | undefined;
  #sinceMs: number;
  #retryAtMs = 0;
  #failures = 0;
  #watching: Promise<void> | undefined;

  constructor(parts: CandleSocketParts) {
    this.#parts = parts;
    this.#sinceMs = parts.clock.monotonic();
  }

  /** Something was heard, and not too long ago. */
  get alive(): boolean {
    return this.#heardAtMs !== undefined && this.#parts.clock.monotonic() - this.#heardAtMs < this.#parts.silentAfterMs;
  }

  listen(symbol: string): void {
    if (this.#listening.has(symbol)) return;
    const ending = new AbortController();
    this.#listening.set(symbol, ending);
    void this.#follow(symbol, ending.signal);
    this.#watching ??= this.#watch();
  }

  forget(symbol: string): void {
    this.#listening.get(symbol)?.abort();
    this.#listening.delete(symbol);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const symbol of [...this.#listening.keys()]) this.forget(symbol);
    await this.#reset();
    await this.#watching;
  }

  /** Never rejects; ends with its symbol or the socket. */
  async #follow(symbol: string, signal: AbortSignal): Promise<void> {
    const { stream, timeframe, clock, onUpdate } = this.#parts;
    while (!signal.aborted) {
      await clock.sleep(this.#retryAtMs - clock.monotonic(), signal);
      if (isAborted(signal)) return;
      const openedAtMs = this.#sinceMs;
      try {
        const candle = await stream.next({ symbol, timeframe });
        if (isAborted(signal)) return;
        this.#heardAtMs = clock.monotonic();
        this.#failures = 0;
        onUpdate(symbol, candle);
      } catch (error) {
        // Of the listeners that one socket throws at, the first speaks for all.
        if (!isAborted(signal) && openedAtMs === this.#sinceMs) this.#lose('failed', error);
      }
    }
  }

  /** A silent socket throws at nobody: it is looked for. */
  async #watch(): Promise<void> {
    const { clock, silentAfterMs } = this.#parts;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await clock.sleep(LOOK_EVERY_MS, signal);
      const lastMs = Math.max(this.#sinceMs, this.#heardAtMs ?? 0);
      if (isAborted(signal) || this.#listening.size === 0 || clock.monotonic() - lastMs < silentAfterMs) continue;
      this.#lose('silent', undefined);
      await this.#reset();
    }
  }

  #lose(reason: 'silent' | 'failed', error: unknown): void {
    const { clock, logger, source, onLost } = this.#parts;
    const pauseMs = Math.min(FIRST_BACKOFF_MS * 2 ** this.#failures, LONGEST_BACKOFF_MS);
    this.#failures += 1;
    this.#heardAtMs = undefined;
    this.#retryAtMs = clock.monotonic() + pauseMs;
    this.#sinceMs = this.#retryAtMs;
    onLost(reason);
    logger.warn({ err: error, source, reason, pauseMs }, 'The socket is opened again; REST goes on alone');
  }

  async #reset(): Promise<void> {
    try {
      await this.#parts.stream.reset();
    } catch (error) {
      this.#parts.logger.debug({ err: error, source: this.#parts.source }, 'A socket did not close cleanly');
    }
  }
}

/** Asked anew after each wait, which the compiler does not know of. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
