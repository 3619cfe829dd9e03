import { randomUUID } from 'node:crypto';
import { retryDelayMs } from '@octant/platform/bus/backoff';
import type { FindOutcome } from '@octant/venue/venue';
import { sightOrder } from './apply-sighting.js';
import { changeOrder } from './change-order.js';
import { inLiveTransaction } from './in-live-transaction.js';
import { pass, type LiveDesk } from './live-desk.js';
import type { LiveOrder } from './live-order.js';
import { noteNotDone } from './note-outcome.js';
import { orderFault } from './venue-faults.js';

/** Orders that one sweep looks up. */
const SWEEP = 32;
const LOOK_UP_LEASE_MS = 15_000;
const BASE_MS = 500;

/**
 * Asks the venue for orders of unknown outcome, once the lease that they were sent under is over: then no request of theirs
 * can still arrive. Found: it goes on from there. Not found, and the venue itself said so: it may be sent again. Anything
 * else: it waits, with backoff, and its exposure counts. Answers how many were asked for.
 */
export async function lookUpOrders(desk: LiveDesk): Promise<number> {
  await pass(desk, 'look-up.before');
  const { orders } = await desk.store.claimUnresolved({
    owner: `${desk.owner}/${randomUUID()}`,
    limit: SWEEP,
    leaseMs: LOOK_UP_LEASE_MS,
  });
  await pass(desk, 'look-up.claimed');
  for (const order of orders) await lookUp(desk, order);
  return orders.length;
}

async function lookUp(desk: LiveDesk, order: LiveOrder): Promise<void> {
  const found = await find(desk, order);
  await pass(desk, 'look-up.after');
  await inLiveTransaction(desk, { uncommitted: 'look-up.uncommitted', after: 'look-up.noted' }, async (work) => {
    const now = await work.live.lockOrder({ orderId: order.orderId });
    if (now === undefined) throw new Error(`expected order ${order.orderId} in the store, was none`);
    if (found.outcome === 'found' && orderFault(found.order) === undefined) {
      await sightOrder(desk, work, { order: now, seen: found.order });
      return;
    }
    if (now.owner !== order.owner || (now.state !== 'sent' && now.state !== 'unknown')) return;
    if (found.outcome === 'not_found' && isConclusive(now)) {
      await noteNotDone(desk, work, { order: now, reason: 'the exchange does not have it', retryAfterMs: 0 });
      return;
    }
    const reason = reasonOf(found, now);
    const capMs = desk.settings().sending.retryCapMs;
    const delayMs = retryDelayMs(now.lookUps, { baseMs: BASE_MS, capMs }, { random: desk.random });
    const patch = { leaseUntilMs: 0, dueAtMs: desk.clock.now() + delayMs };
    await changeOrder(desk, work, { order: now, patch, to: 'unknown', reason });
  });
}

/** Every request so far has expired: the lease that was over lasted longer than they do. */
function isConclusive(order: LiveOrder): boolean {
  return order.requestsExpireAtMs !== null;
}

async function find(desk: LiveDesk, { clientOrderId, symbol }: LiveOrder): Promise<FindOutcome> {
  try {
    return await desk.venue.find({ clientOrderId, symbol });
  } catch (error) {
    return { outcome: 'unknown', reason: error instanceof Error ? error.message : String(error) };
  }
}

function reasonOf(found: FindOutcome, order: LiveOrder): string {
  if (found.outcome === 'unknown') return `look-up: ${found.reason}`;
  if (found.outcome === 'found') return 'look-up: its answer cannot be read';
  return order.requestsExpireAtMs === null
    ? 'look-up: not there, but requests to this exchange never expire; accept the difference once you have looked'
    : 'look-up: not there yet';
}
