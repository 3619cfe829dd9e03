import { PermanentError } from '@octant/platform/errors/errors';
import type { Outgoing } from '@octant/platform/bus/message';
import { parseDecimal, formatDecimal } from '@octant/trading/money/decimal';
import type { AuditEvent } from '@octant/trading/messages/audit-event';
import { orderNotice } from '../account/order-messages.js';
import type { AdminCommand, CommandAction } from '../adapters/live-store.js';
import { requestCancels } from './cancel-orders.js';
import { changeOrder, factsOfOrder } from './change-order.js';
import type { Difference } from './difference.js';
import { inLiveTransaction, type LiveWork } from './in-live-transaction.js';
import { stampOf, type LiveDesk } from './live-desk.js';

/** Who asked for what; a repeat of the key is answered as the first time was. */
export interface AdminRequest {
  readonly key: string;
  readonly actor: string;
  readonly requestId: string;
  readonly traceId: string;
}

type Answer = Readonly<Record<string, unknown>>;

const POINTS = { uncommitted: 'admin.uncommitted', after: 'admin.after' } as const;

/** Asks for the cancellation of every open order, and ends all exits: what they protected is told of. */
export function cancelAll(desk: LiveDesk, request: AdminRequest): Promise<Answer> {
  return once(desk, { request, action: 'cancel_all', symbols: [] }, async (work) => {
    await work.live.lockAccount();
    const orders = await work.live.lockOpenOrders({});
    const reason = `cancel_all: asked for by ${request.actor}`;
    const asked = await requestCancels(desk, work, { orders, reason });
    await endExits(desk, work, reason);
    return { orders: asked };
  });
}

/** Cancels what is open and sells what is held, of some symbols or of all; goes on until nothing is left to sell. */
export function flatten(desk: LiveDesk, request: AdminRequest, symbols: readonly string[]): Promise<Answer> {
  return once(desk, { request, action: 'flatten', symbols }, async (work) => {
    const { positions } = await work.live.lockAccount();
    const orders = await work.live.lockOpenOrders(symbols.length === 0 ? {} : { symbols });
    const asked = await requestCancels(desk, work, { orders, reason: `flatten: asked for by ${request.actor}` });
    const held = Object.keys(positions).filter((symbol) => symbols.length === 0 || symbols.includes(symbol));
    return { orders: asked, positions: held.sort() };
  });
}

async function endExits(desk: LiveDesk, work: LiveWork, reason: string): Promise<void> {
  for (const { entryId, symbol, qty } of await work.live.lockExits()) {
    await work.live.dropExits(entryId);
    const entry = await work.live.lockOrder({ orderId: entryId });
    if (entry === undefined) continue;
    const text = `${formatDecimal(parseDecimal(qty))} ${symbol} of ${entryId} are held without exits now (${reason})`;
    const notice = { type: 'exits_ended', severity: 'critical', text, key: entryId } as const;
    await work.say([orderNotice(factsOfOrder(entry), notice, stampOf(desk))], entry.traceId);
  }
}

/** The admin's part of the interlock. */
export function confirmLive(desk: LiveDesk, request: AdminRequest, exchange: string): Promise<Answer> {
  if (exchange !== desk.venue.id) {
    throw new PermanentError(`expected the exchange that is configured, ${desk.venue.id}, was ${exchange}`, {
      code: 'wrong_exchange',
    });
  }
  return once(desk, { request, action: 'confirm', symbols: [] }, async (work) => {
    await work.live.confirmLive(request.actor);
    return { exchange };
  });
}

/**
 * Does what a difference proposes.
 *
 * @throws PermanentError `difference_not_found` (404); `difference_closed` (409) when it is not open any more.
 */
export function acceptDifference(desk: LiveDesk, request: AdminRequest, id: number): Promise<Answer> {
  return once(desk, { request, action: 'accept', symbols: [] }, async (work) => {
    const difference = await work.live.lockDifference(id);
    if (difference === undefined) {
      throw new PermanentError(`expected a difference ${String(id)}, was none`, {
        code: 'difference_not_found',
        status: 404,
      });
    }
    if (difference.state !== 'open') {
      throw new PermanentError(`expected difference ${String(id)} to be open, was ${difference.state}`, {
        code: 'difference_closed',
        status: 409,
      });
    }
    await repair(desk, work, difference);
    await work.live.endDifference(id, { state: 'accepted', by: request.actor });
    return { id, kind: difference.kind, subject: difference.subject, repair: difference.proposal };
  });
}

async function repair(desk: LiveDesk, work: LiveWork, difference: Difference): Promise<void> {
  const { kind, subject, figures, proposal } = difference;
  const { live } = work;
  switch (kind) {
    case 'balance':
      return live.putBaseline(subject, baselineAfter(figures));
    case 'order_missing':
    case 'order_unresolved':
    case 'fills_outstanding': {
      await endOrder(desk, work, { orderId: subject, reason: `accepted: ${proposal}` });
      return;
    }
    case 'foreign_fill':
    case 'unbookable_fill':
      await live.acceptVenueFill({ symbol: difference.symbols[0] ?? '', tradeId: tradeIdOf(subject) });
      return;
    case 'missing_fill':
    case 'orphan_order':
    case 'foreign_order':
    case 'duplicate_order':
      return;
  }
}

async function endOrder(
  desk: LiveDesk,
  work: LiveWork,
  { orderId, reason }: { readonly orderId: string; readonly reason: string },
): Promise<void> {
  const order = await work.live.lockOrder({ orderId });
  if (order !== undefined) await changeOrder(desk, work, { order, to: 'canceled', reason });
}

function baselineAfter({ baseline = '0', difference = '0' }: Readonly<Record<string, string>>): string {
  return formatDecimal(parseDecimal(baseline).plus(parseDecimal(difference)));
}

/** Of `<symbol>:<trade id>`. */
function tradeIdOf(subject: string): string {
  return subject.slice(subject.indexOf(':') + 1);
}

/** Runs a command unless its key is known; with its audit event, in one transaction under the account's lock. */
async function once(
  desk: LiveDesk,
  command: { readonly request: AdminRequest; readonly action: CommandAction; readonly symbols: readonly string[] },
  act: (work: LiveWork) => Promise<Answer>,
): Promise<Answer> {
  const { request, action, symbols } = command;
  const key = `${action}:${request.key}`;
  return inLiveTransaction(desk, POINTS, async (work) => {
    await work.live.lockAccount();
    const known = await work.live.findCommand(key);
    if (known !== undefined) return known.answer;
    const answer = await act(work);
    const state = action === 'flatten' ? 'open' : 'done';
    const row: AdminCommand = { key, action, symbols, state, rounds: 0, actor: request.actor, answer };
    await work.live.insertCommand(row);
    await work.say([auditOf(desk, row, request)], request.traceId);
    return answer;
  });
}

function auditOf(desk: LiveDesk, command: AdminCommand, request: AdminRequest): Outgoing {
  const { key, action, symbols, answer } = command;
  const stamp = stampOf(desk);
  const payload: AuditEvent = {
    eventId: `admin.trade.${key}`,
    actor: request.actor,
    action: `admin.trade.${action}`,
    subject: stamp.exchange,
    details: { ...answer, ...(symbols.length === 0 ? {} : { symbols }) },
    atMs: desk.clock.now(),
    requestId: request.requestId,
    traceId: request.traceId,
    ts: stamp.ts,
  };
  return { stream: 'audit.events', type: payload.action, id: payload.eventId, payload };
}
