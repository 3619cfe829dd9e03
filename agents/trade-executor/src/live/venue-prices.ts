import type { LiveDesk } from './live-desk.js';

/** A price that so many questions ago was the last one is not known any more. */
const STALE_POLLS = 4;
/** Prices that nobody has asked for yet are asked for sooner, but no sooner than so after the last question. */
const NEW_AFTER_MS = 1000;

export interface VenuePricesOptions {
  /** How often they are asked for, ms. */
  readonly pollMs: () => number;
  /** Called when prices have come. */
  readonly onTold: () => void;
}

/**
 * Last prices of the symbols that somebody waits for. They are asked for beside everything else, all by one question, so that a
 * venue that answers late holds nothing up.
 */
export class VenuePrices {
  readonly #desk: Pick<LiveDesk, 'venue' | 'clock' | 'logger'>;
  readonly #options: VenuePricesOptions;
  readonly #known = new Map<string, { readonly price: string; readonly atMs: number }>();
  #asking = false;
  #askedAtMs = -Infinity;

  constructor(desk: Pick<LiveDesk, 'venue' | 'clock' | 'logger'>, options: VenuePricesOptions) {
    this.#desk = desk;
    this.#options = options;
  }

  /** Undefined where none has come lately. */
  of(symbol: string): string | undefined {
    const known = this.#known.get(symbol);
    if (known === undefined) return undefined;
    return this.#desk.clock.now() - known.atMs <= STALE_POLLS * this.#options.pollMs() ? known.price : undefined;
  }

  /** Asks for the prices of these symbols if that is due, and does not wait. */
  watch(symbols: ReadonlySet<string>): void {
    for (const symbol of this.#known.keys()) if (!symbols.has(symbol)) this.#known.delete(symbol);
    const isNew = [...symbols].some((symbol) => !this.#known.has(symbol));
    const afterMs = Math.min(this.#options.pollMs(), isNew ? NEW_AFTER_MS : Infinity);
    if (symbols.size === 0 || this.#asking || this.#desk.clock.now() - this.#askedAtMs < afterMs) return;
    void this.#ask([...symbols]);
  }

  /** Never rejects. */
  async #ask(symbols: readonly string[]): Promise<void> {
    const { venue, clock, logger } = this.#desk;
    this.#asking = true;
    this.#askedAtMs = clock.now();
    try {
      const told = await venue.tickers(symbols);
      for (const [symbol, { lastPrice }] of told) this.#known.set(symbol, { price: lastPrice, atMs: clock.now() });
      this.#options.onTold();
    } catch (error) {
      logger.warn({ err: error, symbols }, 'the prices that orders wait for are not known; asked again');
    } finally {
      this.#asking = false;
    }
  }
}
