import { retryDelayMs } from '@octant/platform/bus/backoff';
import { isFinalState } from '@octant/trading/exchange/order-state';
import type { PlaceOutcome } from '@octant/venue/venue';
import { sightOrder } from './apply-sighting.js';
import { changeOrder } from './change-order.js';
import type { LiveWork } from './in-live-transaction.js';
import type { LiveDesk } from './live-desk.js';
import type { LiveOrder } from './live-order.js';
import { providerTermsOf } from './live-settings.js';
import { orderFault } from './venue-faults.js';
import { workOnBooks } from './work-on-books.js';

/** A claimed order and what became of its request; `expiresAtMs` by the store's time, undefined when none was sent or it never expires. */
export interface SentOrder {
  readonly order: LiveOrder;
  readonly outcome: PlaceOutcome;
  readonly expiresAtMs?: number | undefined;
}

const BASE_MS = 250;
const POINTS = { uncommitted: 'outcome.uncommitted', after: 'outcome.after' } as const;

/**
 * Notes the outcome of a request and its messages in one transaction, which others may share. That the venue has the order is a fact, whoever
 * notes it; that it has not counts only for the attempt that holds the order: another may have sent it meanwhile.
 */
export function noteOutcome(desk: LiveDesk, sent: SentOrder): Promise<void> {
  return workOnBooks(desk, { points: POINTS, size: 1, run: (work) => noteSent(desk, work, sent) });
}

async function noteSent(desk: LiveDesk, work: LiveWork, sent: SentOrder): Promise<void> {
  const { orderId, owner } = sent.order;
  const order = await work.live.lockOrder({ orderId });
  if (order === undefined) throw new Error(`expected order ${orderId} in the store, was none`);
  const { outcome } = sent;
  if (outcome.outcome === 'accepted' && orderFault(outcome.order) === undefined) {
    await sightOrder(desk, work, { order, seen: outcome.order });
    return;
  }
  if (order.state !== 'sent' || order.owner !== owner) return;
  switch (outcome.outcome) {
    case 'accepted':
      return noteUnknown(desk, work, { order, reason: 'its answer cannot be read', expiresAtMs: sent.expiresAtMs });
    case 'rejected':
      await changeOrder(desk, work, { order, to: 'rejected', reason: `${outcome.code}: ${outcome.reason}` });
      return;
    case 'not_done':
      return noteNotDone(desk, work, { order, reason: outcome.reason, retryAfterMs: outcome.retryAfterMs });
    case 'unknown':
      return noteUnknown(desk, work, { order, reason: outcome.reason, expiresAtMs: sent.expiresAtMs });
  }
}

/**
 * An order that the venue conclusively does not have: cancelled where that was asked for, expired where it is a buy whose
 * time is over (the price that it was decided at is gone), else intended once more.
 */
export async function noteNotDone(
  desk: LiveDesk,
  work: LiveWork,
  { order, reason, retryAfterMs }: { order: LiveOrder; reason: string; retryAfterMs: number | undefined },
): Promise<void> {
  const { buyWithinMs, retryCapMs } = desk.settings().sending;
  const nowMs = desk.clock.now();
  const patch = { owner: undefined, leaseUntilMs: 0 };
  if (order.cancelReason !== undefined) {
    await changeOrder(desk, work, { order, patch, to: 'canceled', reason: order.cancelReason });
    return;
  }
  if (order.side === 'buy' && nowMs >= order.createdAtMs + buyWithinMs) {
    const waited = `could not be sent within ${String(buyWithinMs / 1000)} s`;
    await changeOrder(desk, work, { order, patch, to: 'expired', reason: `not_sent: ${waited}: ${reason}` });
    return;
  }
  const rule = { baseMs: BASE_MS, capMs: retryCapMs };
  const delayMs =
    retryAfterMs === 0 ? 0 : retryDelayMs(Math.max(1, order.attempts), rule, { random: desk.random, retryAfterMs });
  await changeOrder(desk, work, { order, patch: { ...patch, dueAtMs: nowMs + delayMs }, to: 'intended', reason });
  if (delayMs === 0) work.onCommitted(desk.signals.send);
}

/** Nobody knows: to be looked up once every request so far has expired. */
export async function noteUnknown(
  desk: LiveDesk,
  work: LiveWork,
  { order, reason, expiresAtMs }: { order: LiveOrder; reason: string; expiresAtMs: number | undefined },
): Promise<void> {
  const { clockSkewMs, flightMs } = providerTermsOf(desk.settings(), desk.venue);
  const leaseUntilMs =
    expiresAtMs === undefined ? order.leaseUntilMs : Math.min(order.leaseUntilMs, expiresAtMs + clockSkewMs + flightMs);
  const patch = { leaseUntilMs, requestsExpireAtMs: expiresAtMs ?? order.requestsExpireAtMs };
  if (isFinalState(order.state)) return;
  await changeOrder(desk, work, { order, patch, to: 'unknown', reason });
}
