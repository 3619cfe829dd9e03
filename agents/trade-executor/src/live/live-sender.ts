import { randomUUID } from 'node:crypto';
import { Lanes } from '@octant/platform/bus/lanes';
import { decideSend, type ProviderTerms } from '@octant/platform/effects/decide-effect';
import { formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import type { PlaceOutcome, VenueOrderRequest } from '@octant/venue/venue';
import { heldByExits } from './exits/held-by-exits.js';
import { pass, type LiveDesk } from './live-desk.js';
import type { LiveOrder } from './live-order.js';
import { providerTermsOf, requestsMsOf } from './live-settings.js';
import { noteOutcome, type SentOrder } from './note-outcome.js';

/** A claimed order, and the store's time as this process counts it on. */
interface Claim {
  readonly order: LiveOrder;
  readonly claimedAtMs: number;
  /** Monotonic, from before the claim was asked for: time that is counted from here is never behind the store's. */
  readonly askedAtMs: number;
}

/**
 * Sends intended orders: claims those that are due, oldest first, and has several on their way at once, those of one
 * symbol one after the other. It is told of new orders after their commit, and looks by itself now and then; whatever it
 * leaves behind when it dies is found by the lease that it held.
 */
export class LiveSender {
  readonly #desk: LiveDesk;
  readonly #symbols = new Lanes();
  #inFlight = 0;
  #claiming = false;
  #stopped = false;
  /** Orders may be waiting for a request to end. */
  #full = false;
  /** How often somebody has asked. */
  #asks = 0;

  constructor(desk: LiveDesk) {
    this.#desk = desk;
  }

  /** Requests that are on their way, or whose outcome is being noted. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Claims nothing any more; resolves when what is on its way is noted, or after `patienceMs`: leases tell the rest. */
  async stop(patienceMs: number): Promise<void> {
    const { clock } = this.#desk;
    this.#stopped = true;
    const untilMs = clock.monotonic() + patienceMs;
    while (this.#inFlight > 0 && clock.monotonic() < untilMs) await clock.sleep(20);
  }

  /** Looks for orders to send, now or right after the look that is going on. */
  nudge(): void {
    this.#asks += 1;
    if (this.#claiming || this.#stopped) return;
    this.#claiming = true;
    void this.#claimAll();
  }

  async #claimAll(): Promise<void> {
    try {
      for (let seen = 0; seen !== this.#asks;) {
        seen = this.#asks;
        while (await this.#claimSome());
      }
    } catch (error) {
      this.#desk.logger.warn({ err: error }, 'orders could not be claimed; the next sweep tries again');
    } finally {
      this.#claiming = false;
    }
  }

  /** Whether there may be more. */
  async #claimSome(): Promise<boolean> {
    const desk = this.#desk;
    const { inFlight, leaseMs } = desk.settings().sending;
    const limit = inFlight - this.#inFlight;
    this.#full = limit <= 0;
    if (this.#full || this.#stopped) return false;
    const terms = this.#terms();
    const askedAtMs = desk.clock.monotonic();
    await pass(desk, 'claim.before');
    const { orders, nowMs } = await desk.store.claimIntended({
      owner: `${desk.owner}/${randomUUID()}`,
      limit,
      leaseMs,
      requestsMs: requestsMsOf(terms),
    });
    await pass(desk, 'claim.after');
    for (const order of orders) {
      this.#inFlight += 1;
      void this.#send({ order, claimedAtMs: nowMs, askedAtMs });
    }
    return orders.length === limit;
  }

  /** Never rejects: what fails here is found again by its lease. */
  async #send(claim: Claim): Promise<void> {
    const desk = this.#desk;
    try {
      const sent = await this.#symbols.run(claim.order.symbol, () => this.#place(claim));
      await noteOutcome(desk, sent);
    } catch (error) {
      const { orderId } = claim.order;
      desk.logger.error({ err: error, orderId }, 'the outcome of an order could not be noted; it is looked up');
    } finally {
      this.#inFlight -= 1;
      if (this.#full) this.nudge();
    }
  }

  async #place(claim: Claim): Promise<SentOrder> {
    const desk = this.#desk;
    const { order } = claim;
    const held = this.#heldBack(order) ?? (await heldByExits(desk, order));
    if (held !== undefined) return { order, outcome: held };
    const next = decideSend(this.#terms(), order.leaseUntilMs, this.#storeMs(claim));
    if (next.step === 'renew') {
      return { order, outcome: { outcome: 'not_done', reason: 'its lease was nearly over', retryAfterMs: 0 } };
    }
    await pass(desk, 'place.before');
    const outcome = await this.#untilLeaseEnds(claim, requestOf(order, next.expiresAtMs));
    await pass(desk, 'place.after');
    return { order, outcome, expiresAtMs: next.expiresAtMs };
  }

  /** What would add exposure waits while the desk may add none, and is not sent at a price that is gone. */
  #heldBack(order: LiveOrder): PlaceOutcome | undefined {
    if (order.side === 'sell') return undefined;
    const { buyWithinMs } = this.#desk.settings().sending;
    const isLate = this.#desk.clock.now() >= order.createdAtMs + buyWithinMs;
    const reason = isLate ? 'nobody came to send it' : this.#desk.gate.refusal(order.symbol);
    return reason === undefined ? undefined : { outcome: 'not_done', reason, retryAfterMs: undefined };
  }

  async #untilLeaseEnds(claim: Claim, request: VenueOrderRequest): Promise<PlaceOutcome> {
    const { clock, venue } = this.#desk;
    const answered = new AbortController();
    const leaseEnd = clock
      .sleep(claim.order.leaseUntilMs - this.#storeMs(claim), answered.signal)
      .then((): PlaceOutcome => ({ outcome: 'unknown', reason: 'no answer before the end of the lease' }));
    try {
      return await Promise.race([venue.place(request).catch(unknownOf), leaseEnd]);
    } finally {
      answered.abort();
    }
  }

  #storeMs({ claimedAtMs, askedAtMs }: Claim): number {
    return claimedAtMs + this.#desk.clock.monotonic() - askedAtMs;
  }

  #terms(): ProviderTerms {
    return providerTermsOf(this.#desk.settings(), this.#desk.venue);
  }
}

/** A port that breaks its promise and throws tells nothing about the order. */
function unknownOf(error: unknown): PlaceOutcome {
  return { outcome: 'unknown', reason: error instanceof Error ? error.message : String(error) };
}

function requestOf(order: LiveOrder, expiresAtMs: number | undefined): VenueOrderRequest {
  const { clientOrderId, symbol, side, kind, reduceOnly } = order;
  return {
    clientOrderId,
    symbol,
    side,
    qty: formatDecimal(parseDecimal(order.qty)),
    kind,
    ...(reduceOnly ? { reduceOnly } : {}),
    ...(expiresAtMs === undefined ? {} : { expiresAtMs: Math.floor(expiresAtMs) }),
  };
}
