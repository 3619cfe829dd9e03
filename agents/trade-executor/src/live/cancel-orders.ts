import { retryDelayMs } from '@octant/platform/bus/backoff';
import type { CancelOutcome } from '@octant/venue/venue';
import { applySighting } from './apply-sighting.js';
import { changeOrder } from './change-order.js';
import type { LiveWork } from './in-live-transaction.js';
import { pass, type LiveDesk } from './live-desk.js';
import type { LiveOrder } from './live-order.js';

const SWEEP = 16;
const BASE_MS = 500;

/**
 * Asks for the cancellation of orders that are locked, durably: what was never sent is cancelled at once, the rest is due
 * at the venue, again and again, until it has ended. An order that fills meanwhile is filled. Answers how many were asked.
 */
export async function requestCancels(
  desk: LiveDesk,
  work: LiveWork,
  { orders, reason }: { readonly orders: readonly LiveOrder[]; readonly reason: string },
): Promise<number> {
  for (const order of orders) {
    if (order.state === 'intended') {
      await changeOrder(desk, work, { order, to: 'canceled', reason });
    } else if (order.cancelReason === undefined) {
      await work.live.updateOrder(order.orderId, { cancelReason: reason, cancelDueAtMs: desk.clock.now() });
    }
  }
  work.onCommitted(desk.signals.cancel);
  return orders.length;
}

/** Cancels what is due at the venue, and looks how each stands afterwards. Answers how many were tried. */
export async function cancelOrders(desk: LiveDesk): Promise<number> {
  await pass(desk, 'cancel.before');
  const orders = await desk.store.claimCancels({ limit: SWEEP, retryMs: desk.settings().sending.leaseMs });
  await pass(desk, 'cancel.claimed');
  await Promise.all(orders.map((order) => cancelOrder(desk, order)));
  return orders.length;
}

async function cancelOrder(desk: LiveDesk, order: LiveOrder): Promise<void> {
  const { orderId, symbol, clientOrderId, venueOrderId = '' } = order;
  const outcome = await askedOf(desk.venue.cancel({ venueOrderId, symbol }));
  await pass(desk, 'cancel.asked');
  if (outcome.outcome === 'canceled' || outcome.outcome === 'not_open') {
    const found = await desk.venue
      .find({ clientOrderId, symbol })
      .catch((error: unknown) => ({ outcome: 'unknown', reason: String(error) }) as const);
    await pass(desk, 'cancel.found');
    if (found.outcome === 'found') {
      await applySighting(desk, found.order);
      return;
    }
  }
  const retryAfterMs = outcome.outcome === 'not_done' ? outcome.retryAfterMs : undefined;
  const rule = { baseMs: BASE_MS, capMs: desk.settings().sending.retryCapMs };
  const delayMs = retryDelayMs(order.cancelAttempts, rule, { random: desk.random, retryAfterMs });
  desk.logger.info({ orderId, outcome, delayMs }, 'an order is not known to be cancelled yet');
  await desk.store.transact(async (live) => {
    const now = await live.lockOrder({ orderId });
    if (now?.cancelDueAtMs === undefined) return;
    await live.updateOrder(orderId, { cancelDueAtMs: desk.clock.now() + delayMs });
  });
}

async function askedOf(asked: Promise<CancelOutcome>): Promise<CancelOutcome> {
  try {
    return await asked;
  } catch (error) {
    return { outcome: 'unknown', reason: error instanceof Error ? error.message : String(error) };
  }
}
