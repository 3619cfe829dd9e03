import { Lanes } from '@octant/platform/bus/lanes';
import type { VenueEvent, VenueFill } from '@octant/venue/venue';
import { pass, type LiveDesk } from './live-desk.js';
import { awaitsFills } from './live-order.js';
import { noteEvents } from './note-events.js';
import { recordFills } from './record-fills.js';

/** Fills that are this old are told of by now: the cursor passes them even where there were none. */
const SETTLED_MS = 600_000;
/** Events that are noted together. */
const MOST_EVENTS = 100;
/** What the socket tells it tells sooner than so. */
const SOCKET_LEAD_MS = 500;
/** A symbol is polled for so long after anything happened to it. */
const ACTIVE_MS = 900_000;
/** Before an order was written down by our clock, its fills cannot be; the venue's may be behind by so much. */
const CLOCKS_MS = 60_000;

/**
 * Fills from two sides: events as they come, and polls from a cursor a symbol, with an overlap. The cursor moves behind
 * what a poll has recorded only, so that what the socket lost, or told out of order, is asked for; trade ids make the
 * overlap harmless.
 */
export class FillFeed {
  readonly #desk: LiveDesk;
  readonly #lanes = new Lanes();
  readonly #waiting = new Set<string>();
  readonly #events: VenueEvent[] = [];
  #noting = false;

  constructor(desk: LiveDesk) {
    this.#desk = desk;
  }

  /** Takes an event of the venue's socket; what cannot be noted now is told of by the next poll. */
  onEvent(event: VenueEvent): void {
    this.#events.push(event);
    if (!this.#noting) void this.#noteEvents();
  }

  /** Polls a symbol soon, where its orders still wait for fills then: the socket mostly is faster. */
  nudge(symbol: string): void {
    if (this.#waiting.has(symbol)) return;
    this.#waiting.add(symbol);
    this.#pollSoon(symbol).catch((error: unknown) => {
      this.#desk.logger.warn({ err: error, symbol }, 'fills could not be asked for; the next poll tries again');
    });
  }

  /** Polls the symbols that may fill; a question costs much of what a venue allows, so the others wait for the comparison. */
  async pollOpen(): Promise<void> {
    const orders = await this.#desk.store.openOrders();
    const symbols = new Set(orders.filter(({ state }) => state !== 'intended').map(({ symbol }) => symbol));
    await Promise.all([...symbols].map((symbol) => this.poll(symbol)));
    await this.retryUnmatched();
  }

  /** Polls every symbol with something open, held or recent; and tries again what no order was known of. */
  async pollActive(): Promise<void> {
    const symbols = await this.#desk.store.activeSymbols(ACTIVE_MS);
    await Promise.all(symbols.map((symbol) => this.poll(symbol)));
    await this.retryUnmatched();
  }

  /** Asks for the fills of a symbol since its cursor; answers those that nobody had told of. */
  poll(symbol: string, sinceMs?: number): Promise<readonly VenueFill[]> {
    return this.#lanes.run(symbol, () => this.#poll(symbol, sinceMs));
  }

  /** Books fills whose order has become known since they came. */
  async retryUnmatched(): Promise<void> {
    const open = await this.#desk.store.openVenueFills();
    const unmatched = open.filter(({ state }) => state === 'unmatched').map(({ fill }) => fill);
    if (unmatched.length > 0) await recordFills(this.#desk, unmatched);
  }

  /** What comes while others are noted is noted together. */
  async #noteEvents(): Promise<void> {
    this.#noting = true;
    while (this.#events.length > 0) {
      const events = this.#events.splice(0, MOST_EVENTS);
      try {
        await noteEvents(this.#desk, events);
        if (events.some(({ type }) => type === 'gap')) await this.pollActive();
      } catch (error) {
        this.#desk.logger.warn({ err: error }, 'events of the exchange could not be noted; a poll will tell');
      }
    }
    this.#noting = false;
  }

  async #pollSoon(symbol: string): Promise<void> {
    const { clock, store, venue } = this.#desk;
    await clock.sleep(venue.features.events ? SOCKET_LEAD_MS : 0);
    this.#waiting.delete(symbol);
    const waits = (await store.openOrders()).some((order) => order.symbol === symbol && awaitsFills(order));
    if (waits) await this.poll(symbol);
  }

  async #poll(symbol: string, earliestMs?: number): Promise<readonly VenueFill[]> {
    const desk = this.#desk;
    const { overlapMs } = desk.settings().fills;
    const askedAtMs = desk.clock.now();
    const sinceMs = Math.min(earliestMs ?? Infinity, await this.#sinceMs(symbol, askedAtMs));
    await pass(desk, 'poll.before');
    // The store's times have fractions of a millisecond, which a venue does not take.
    const fills = await desk.venue.fillsSince({ symbol, sinceMs: Math.max(0, Math.floor(sinceMs)) });
    await pass(desk, 'poll.after');
    const known = await desk.store.knownTrades(
      symbol,
      fills.map(({ tradeId }) => tradeId),
    );
    const booked = await recordFills(
      desk,
      fills.filter(({ tradeId }) => !known.has(tradeId)),
    );
    const newest = fills.reduce((latest, { atMs }) => Math.max(latest, atMs), 0);
    await desk.store.moveCursor(symbol, Math.max(newest, askedAtMs - SETTLED_MS) - overlapMs);
    await pass(desk, 'poll.noted');
    return booked;
  }

  /** The cursor, or earlier where an order still waits for fills that the venue has told of. */
  async #sinceMs(symbol: string, nowMs: number): Promise<number> {
    const { store } = this.#desk;
    const { openedAtMs } = await store.loadAccount();
    const cursor = (await store.cursors()).get(symbol) ?? openedAtMs - CLOCKS_MS;
    const waiting = (await store.openOrders()).filter((order) => order.symbol === symbol && awaitsFills(order));
    return waiting.reduce((since, order) => Math.min(since, order.createdAtMs - CLOCKS_MS), Math.min(cursor, nowMs));
  }
}
