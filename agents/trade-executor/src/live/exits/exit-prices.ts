import type { LiveDesk } from '../live-desk.js';

/** A price that so many questions ago was the last one is not known any more. */
const STALE_POLLS = 4;
/** Prices that nobody has asked for yet are asked for sooner, but no sooner than so after the last question. */
const NEW_AFTER_MS = 1000;

/**
 * Last prices of the symbols whose exits wait for one. They are asked for beside everything else, all by one question, so that
 * a venue that answers late holds no stop up; the exits are looked at again when they have come.
 */
export class ExitPrices {
  readonly #desk: LiveDesk;
  readonly #known = new Map<string, { readonly price: string; readonly atMs: number }>();
  #asking = false;
  #askedAtMs = -Infinity;

  constructor(desk: LiveDesk) {
    this.#desk = desk;
  }

  /** Undefined where none has come lately. */
  of(symbol: string): string | undefined {
    const { clock, settings } = this.#desk;
    const known = this.#known.get(symbol);
    if (known === undefined) return undefined;
    return clock.now() - known.atMs <= STALE_POLLS * settings().exits.pricePollMs ? known.price : undefined;
  }

  /** Asks for the prices of these symbols if that is due, and does not wait. */
  watch(symbols: ReadonlySet<string>): void {
    for (const symbol of this.#known.keys()) if (!symbols.has(symbol)) this.#known.delete(symbol);
    const { clock, settings } = this.#desk;
    const isNew = [...symbols].some((symbol) => !this.#known.has(symbol));
    const afterMs = Math.min(settings().exits.pricePollMs, isNew ? NEW_AFTER_MS : Infinity);
    if (symbols.size === 0 || this.#asking || clock.now() - this.#askedAtMs < afterMs) return;
    void this.#ask([...symbols]);
  }

  /** Never rejects. */
  async #ask(symbols: readonly string[]): Promise<void> {
    const { venue, clock, logger, signals } = this.#desk;
    this.#asking = true;
    this.#askedAtMs = clock.now();
    try {
      const told = await venue.tickers(symbols);
      for (const [symbol, { lastPrice }] of told) this.#known.set(symbol, { price: lastPrice, atMs: clock.now() });
      signals.exits();
    } catch (error) {
      logger.warn({ err: error, symbols }, 'the prices that exits wait for are not known; asked again');
    } finally {
      this.#asking = false;
    }
  }
}
