import { venueClientOrderId } from '@octant/venue/venue-client-order-id';
import type { PlaceOutcome, Venue } from '@octant/venue/venue';
import { decideSales, type Left, type Sale } from './decide-sales.js';
import type { Work } from './work.js';

/** The venue refuses a sell that reaches it later, where it can. */
const EXPIRY_MS = 5_000;
/** From sending a sell of unknown outcome until the venue's "no such order" is believed: expiry, clock skew and flight. */
const BELIEVE_MS = 8_000;
/** Sells of one holding, where orders may be too large or fill in parts. */
const MOST_SELLS = 20;

export interface FlattenOptions {
  readonly quote: string;
  readonly keep: ReadonlySet<string>;
  /** Client ids are a function of it: whoever goes on with the same alarm finds what was sold before. */
  readonly alarmId: string;
  /** Somebody may have begun before: the venue's "no such order" is not believed at once. */
  readonly resumed: boolean;
}

export interface Flattened {
  readonly sold: readonly Sale[];
  readonly left: readonly Left[];
}

/** `open`: it may still sell; `ended`: the next may be asked for; `refused`: the venue will not have it. */
type SellState = { readonly state: 'open' | 'ended' } | { readonly state: 'refused'; readonly reason: string };

/**
 * Sells what is held for the quote, one symbol after the other, and looks again until nothing is left that the venue takes.
 * Each sell is looked up before it is sent. Resolves to undefined when it was no longer to go on.
 */
export async function flatten(venue: Venue, work: Work, options: FlattenOptions): Promise<Flattened | undefined> {
  const sells = new Sells(venue, work, options);
  for (let round = 0; work.goesOn(); round += 1) {
    let decided;
    try {
      decided = decideSales({ ...options, balances: await venue.balances(), markets: await venue.markets() });
    } catch (error) {
      work.logger.warn({ err: error }, 'holdings cannot be asked for, asking again');
      await work.pause(round);
      continue;
    }
    const wanted = decided.sales.filter(({ symbol }) => !sells.isOver(symbol));
    if (wanted.length === 0 && (await sells.settle())) {
      return { sold: sells.sold, left: [...decided.left, ...sells.leftOf(decided.sales)] };
    }
    for (const sale of wanted) if (work.goesOn()) await sells.advance(sale);
    await work.pause(round > 4 ? 4 : round);
  }
  return undefined;
}

/** The sells of one alarm, by symbol and number. */
class Sells {
  readonly sold: Sale[] = [];
  readonly #venue: Venue;
  readonly #work: Work;
  readonly #alarmId: string;
  /** When somebody before may have sent one, monotonic ms. */
  readonly #earlierMs: number | undefined;
  readonly #numbers = new Map<string, number>();
  readonly #refused = new Map<string, string>();
  /** Client ids, by symbol, of sells that the venue has taken and whose end is not known. */
  readonly #sent = new Map<string, string>();
  /** When one of unknown outcome was sent, monotonic ms. */
  readonly #sentMs = new Map<string, number>();

  constructor(venue: Venue, work: Work, { alarmId, resumed }: FlattenOptions) {
    this.#venue = venue;
    this.#work = work;
    this.#alarmId = alarmId;
    this.#earlierMs = resumed ? work.clock.monotonic() : undefined;
  }

  isOver(symbol: string): boolean {
    return this.#refused.has(symbol);
  }

  leftOf(sales: readonly Sale[]): Left[] {
    return sales.map(({ symbol, qty }) => ({
      currency: symbol.slice(0, symbol.lastIndexOf('-')),
      free: qty,
      reason: this.#refused.get(symbol) ?? '',
    }));
  }

  /** Whether every sell that was sent has come to its end. */
  async settle(): Promise<boolean> {
    for (const [symbol, clientOrderId] of this.#sent) await this.#lookUp(clientOrderId, symbol);
    return this.#sent.size === 0;
  }

  /** Looks the current sell of the symbol up, and sends it where the venue has none. */
  async advance(sale: Sale): Promise<void> {
    const { symbol } = sale;
    const number = this.#numbers.get(symbol) ?? 1;
    if (number > MOST_SELLS) {
      this.#refused.set(symbol, `expected at most ${String(MOST_SELLS)} sells to be enough`);
      return;
    }
    const clientOrderId = venueClientOrderId(this.#venue.id, `guardian:${this.#alarmId}:${symbol}:${String(number)}`);
    const sell = await this.#sellState(clientOrderId, sale);
    if (sell.state === 'refused') this.#refused.set(symbol, sell.reason);
    if (sell.state === 'ended') this.#numbers.set(symbol, number + 1);
  }

  async #sellState(clientOrderId: string, sale: Sale): Promise<SellState> {
    const found = await this.#lookUp(clientOrderId, sale.symbol);
    if (found !== 'not_found') return { state: found };
    const sentMs = this.#sentMs.get(clientOrderId) ?? this.#earlierMs;
    if (sentMs !== undefined && this.#work.clock.monotonic() - sentMs < BELIEVE_MS) return { state: 'open' };
    return this.#place(clientOrderId, sale);
  }

  async #lookUp(clientOrderId: string, symbol: string): Promise<'open' | 'ended' | 'not_found'> {
    const found = await this.#venue.find({ clientOrderId, symbol });
    if (found.outcome === 'not_found') return 'not_found';
    if (found.outcome === 'unknown') return 'open';
    const { state, filledQty: qty } = found.order;
    if (state === 'open' || state === 'partially_filled' || state === 'unknown') return 'open';
    this.#sent.delete(symbol);
    if (qty !== '0') this.sold.push({ symbol, qty });
    return 'ended';
  }

  async #place(clientOrderId: string, sale: Sale): Promise<SellState> {
    const { clock, logger } = this.#work;
    // Beats may have come back while the venue was asked.
    if (!this.#work.goesOn()) return { state: 'open' };
    this.#sentMs.set(clientOrderId, clock.monotonic());
    const placed = await this.#venue.place({
      ...{ clientOrderId, ...sale, side: 'sell', kind: { type: 'market' } },
      expiresAtMs: clock.now() + EXPIRY_MS,
    });
    logger.warn(
      { ...sale, clientOrderId, outcome: placed.outcome, reason: reasonOf(placed) },
      `selling ${sale.symbol}`,
    );
    if (placed.outcome === 'accepted') this.#sent.set(sale.symbol, clientOrderId);
    if (placed.outcome === 'not_done') this.#sentMs.delete(clientOrderId);
    return placed.outcome === 'rejected' ? { state: 'refused', reason: placed.reason } : { state: 'open' };
  }
}

function reasonOf(placed: PlaceOutcome): string | undefined {
  return placed.outcome === 'accepted' ? undefined : placed.reason;
}
