import type { VenueFill } from '@octant/venue/venue';
import { settleBalances } from './settle-balances.js';
import { cancelOrphans } from './cancel-orphans.js';
import type { FoundDifference } from './difference.js';
import { differenceMessages } from './difference-messages.js';
import type { FillFeed } from './fill-feed.js';
import { findOrderDifferences } from './find-differences.js';
import { inLiveTransaction } from './in-live-transaction.js';
import { pass, stampOf, type LiveDesk } from './live-desk.js';
import { noteSightings } from './note-events.js';
import { refreshOrders } from './refresh-orders.js';

export interface ReconciliationRun {
  readonly startedAtMs: number;
  readonly tookMs: number;
  readonly symbols: readonly string[];
  /** Orders of the venue that were compared, open and closed. */
  readonly orders: number;
  /** Fills that the feed had missed, and that are booked now. */
  readonly missingFills: number;
  readonly differences: number;
  /** Balances moved while they were compared; they are as they were found last. */
  readonly unsettled: boolean;
}

/** A fill that is older than this when it is first heard of was missed, not just fresh. */
const FRESH_MS = 30_000;

/**
 * Compares orders, fills and balances with the venue. What can be repaired by rule is: states and fills that nobody told
 * of are booked, orphans are cancelled. The rest is listed, each with an explanation and what accepting it would do, and
 * told once. Until a symbol's differences are gone or accepted it may only reduce.
 *
 * @throws what the venue throws when it cannot be asked; nothing is concluded then.
 */
export async function reconcile(desk: LiveDesk, feed: FillFeed): Promise<ReconciliationRun> {
  const startedAtMs = desk.clock.now();
  const { lookbackMs, unresolvedAfterMs } = desk.settings().reconcile;
  await pass(desk, 'reconcile.before');
  const symbols = await desk.store.activeSymbols(lookbackMs);
  const { atVenue, missing } = await refreshOrders(desk);
  const sinceMs = startedAtMs - lookbackMs;
  const closed = await noteClosedOrders(desk, symbols, sinceMs);
  const fills: VenueFill[] = [];
  for (const symbol of symbols) fills.push(...(await feed.poll(symbol, sinceMs)));
  await feed.retryUnmatched();
  await pass(desk, 'reconcile.asked');
  const missed = fills.filter(({ atMs }) => atMs < startedAtMs - FRESH_MS);
  const balances = await settleBalances(desk, feed);
  const openOrders = await desk.store.openOrders();
  const known = await knownIds(desk, atVenue);
  const question = {
    openOrders,
    missing: missing.filter(({ orderId }) => openOrders.some((order) => order.orderId === orderId)),
    atVenue,
    known,
    openFills: await desk.store.openVenueFills(),
    nowMs: desk.clock.now(),
    unresolvedAfterMs,
    isOurs: desk.clientIds.isOurs,
  };
  await pass(desk, 'reconcile.applied');
  const found = await withoutAccepted(desk, findOrderDifferences(question));
  const left = await cancelOrphans(desk, found, atVenue);
  const all = [...left, ...balances.differences];
  await list(desk, all, missed);
  close(desk, all);
  return {
    startedAtMs,
    tookMs: desk.clock.now() - startedAtMs,
    symbols,
    orders: atVenue.length + closed,
    missingFills: missed.length,
    differences: all.length,
    unsettled: balances.unsettled,
  };
}

/** Notes how orders of ours stand that the venue remembers, those that have ended there included. Answers how many it told of. */
async function noteClosedOrders(desk: LiveDesk, symbols: readonly string[], sinceMs: number): Promise<number> {
  let count = 0;
  for (const symbol of symbols) {
    const orders = await desk.venue.ordersSince({ symbol, sinceMs });
    count += orders.length;
    await noteSightings(desk, orders);
  }
  return count;
}

async function knownIds(
  desk: LiveDesk,
  atVenue: readonly { readonly clientOrderId: string | undefined }[],
): Promise<ReadonlySet<string>> {
  const ids = atVenue.flatMap(({ clientOrderId }) => clientOrderId ?? []);
  const known = await desk.store.ordersByClientId(ids);
  return new Set(known.map(({ clientOrderId }) => clientOrderId));
}

/** An order of somebody else that an admin has accepted is not listed again. */
async function withoutAccepted(desk: LiveDesk, found: readonly FoundDifference[]): Promise<readonly FoundDifference[]> {
  const known = await desk.store.differences({ open: false, limit: 1000 });
  const accepted = new Set(
    known.filter(({ state }) => state === 'accepted').map(({ kind, subject }) => `${kind} ${subject}`),
  );
  return found.filter(
    ({ kind, subject }) => (kind !== 'foreign_order' && kind !== 'orphan_order') || !accepted.has(`${kind} ${subject}`),
  );
}

async function list(desk: LiveDesk, found: readonly FoundDifference[], missed: readonly VenueFill[]): Promise<void> {
  const points = { uncommitted: 'reconcile.applied', after: 'reconcile.noted' } as const;
  await inLiveTransaction(desk, points, async (work) => {
    const fresh = [...(await work.live.putDifferences(found))];
    for (const fill of missed) fresh.push(await work.live.addRepaired(missedFill(fill), 'reconciliation'));
    for (const difference of fresh) {
      const { traceId, messages } = differenceMessages(difference, stampOf(desk));
      await work.say(messages, traceId);
    }
  });
  desk.metrics.openDifferences(found.length);
}

function missedFill({ tradeId, symbol, side, qty, price }: VenueFill): FoundDifference {
  return {
    kind: 'missing_fill',
    subject: `${symbol}:${tradeId}`,
    symbols: [symbol],
    blocking: false,
    explanation: `fill ${tradeId}, a ${side} of ${qty} ${symbol} at ${price}, had not been told of; it is booked`,
    proposal: 'none: it is repaired',
    figures: { qty, price },
  };
}

/** The symbols with open differences may only reduce; all others may add exposure. */
function close(desk: LiveDesk, found: readonly FoundDifference[]): void {
  const reasons = new Map<string, string>();
  for (const { blocking, symbols, explanation } of found) {
    if (!blocking) continue;
    for (const symbol of symbols) if (!reasons.has(symbol)) reasons.set(symbol, explanation);
  }
  desk.gate.set('reconciliation', reasons);
}
