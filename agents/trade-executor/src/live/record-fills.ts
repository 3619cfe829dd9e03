import { isFinalState } from '@octant/trading/exchange/order-state';
import { fillIdOf } from '@octant/trading/exchange/order-id';
import { Decimal, formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import { filledMessages, orderNotice } from '../account/order-messages.js';
import type { VenueFill } from '@octant/venue/venue';
import { reasonOf, settledBy } from './apply-sighting.js';
import { bookFill, type BookedFill } from './book-fill.js';
import { changeOrder, factsOfOrder } from './change-order.js';
import { stateByVenue } from './decide-order-state.js';
import { exitKindOfFill } from './exits/exit-orders.js';
import { keepExits } from './exits/keep-exits.js';
import type { LiveWork } from './in-live-transaction.js';
import type { LiveAccount } from './live-account.js';
import { pass, stampOf, type LiveDesk } from './live-desk.js';
import { isOpen, type LiveOrder } from './live-order.js';
import { fillFault } from './venue-faults.js';
import { workOnBooks } from './work-on-books.js';

/** Fills that one transaction books: the account is locked for so long. */
const CHUNK = 50;
const POINTS = { uncommitted: 'fill.uncommitted', after: 'fill.after' } as const;

/**
 * Records fills of the venue, each once by its trade id: from events and polls alike, in any order, any number of times.
 * One of our orders is booked; one that no order is known of is kept unmatched until one is; one that the books cannot
 * take is kept aside, with a notice. Answers those that are booked now and were not before.
 */
export async function recordFills(desk: LiveDesk, fills: readonly VenueFill[]): Promise<readonly VenueFill[]> {
  const readable = fills.filter((fill) => {
    const fault = fillFault(fill);
    if (fault === undefined) return true;
    desk.metrics.badReply('fill');
    desk.logger.warn({ fill, fault }, 'the exchange told of a fill that cannot be read');
    return false;
  });
  const booked: VenueFill[] = [];
  for (let from = 0; from < readable.length; from += CHUNK) {
    await pass(desk, 'fill.before');
    booked.push(...(await recordChunk(desk, readable.slice(from, from + CHUNK))));
  }
  return booked;
}

async function recordChunk(desk: LiveDesk, fills: readonly VenueFill[]): Promise<readonly VenueFill[]> {
  let booked: VenueFill[] = [];
  await workOnBooks(desk, {
    points: POINTS,
    size: fills.length,
    run: async (work, books) => {
      booked = [];
      for (const fill of fills) {
        const after = await recordFill(desk, work, { account: await books.account(), fill });
        if (after === undefined) continue;
        booked.push(fill);
        books.become(after);
      }
    },
  });
  return booked;
}

/** The account after it; undefined when nothing was booked. */
async function recordFill(
  desk: LiveDesk,
  work: LiveWork,
  { account, fill }: { readonly account: LiveAccount; readonly fill: VenueFill },
): Promise<LiveAccount | undefined> {
  const { live } = work;
  const known = await live.findVenueFill(fill);
  if (known !== undefined && known.state !== 'unmatched') return undefined;
  const order = await orderOf(work, fill);
  if (order === undefined) {
    const why = `no order with the id ${fill.clientOrderId ?? fill.venueOrderId} is known here`;
    if (known === undefined) await live.putVenueFill(fill, { state: 'unmatched', why });
    return undefined;
  }
  const booking =
    order.symbol === fill.symbol && order.side === fill.side
      ? bookFill(account, order, fill)
      : ({
          bookable: false,
          why: `expected a ${order.side} of ${order.symbol}, was a ${fill.side} of ${fill.symbol}`,
        } as const);
  if (!booking.bookable) {
    await live.putVenueFill(fill, { state: 'unbookable', why: booking.why });
    await sayUnbookable(desk, work, { order, fill, why: booking.why });
    return undefined;
  }
  if (order.partOf === undefined) return book(desk, work, { account, order, fill, booked: booking.fill });
  return bookPart(desk, work, { account, order, fill, booked: booking.fill });
}

/** A fill of a part is one of the order that it is a part of; the part itself only moves on. */
async function bookPart(desk: LiveDesk, work: LiveWork, part: Booking): Promise<LiveAccount | undefined> {
  const { account, order, fill } = part;
  const whole = await work.live.lockOrder({ orderId: order.partOf ?? '' });
  if (whole === undefined) throw new Error(`expected order ${String(order.partOf)} of part ${order.orderId}, was none`);
  // Of parts that overlapped because a fill came late, more may fill than was wanted: it is the desk's all the same.
  const filled = parseDecimal(whole.filledQty).plus(parseDecimal(fill.qty));
  const qty = formatDecimal(Decimal.max(parseDecimal(whole.qty), filled));
  const booking = bookFill(account, { ...whole, qty }, fill);
  if (!booking.bookable) {
    await work.live.putVenueFill(fill, { state: 'unbookable', why: booking.why });
    await sayUnbookable(desk, work, { order: whole, fill, why: booking.why });
    return undefined;
  }
  await advance(desk, work, { booking: part, messages: [] });
  const { venueOrderId, venueState } = whole;
  const after = await book(desk, work, { account, order: whole, fill, booked: booking.fill });
  // The venue knows the part alone.
  await work.live.updateOrder(whole.orderId, { venueOrderId, venueState });
  work.onCommitted(desk.signals.parts);
  return after;
}

async function orderOf({ live }: LiveWork, fill: VenueFill): Promise<LiveOrder | undefined> {
  const { clientOrderId, venueOrderId, symbol } = fill;
  const byClientId = clientOrderId === undefined ? undefined : await live.lockOrder({ clientOrderId });
  return byClientId ?? live.lockOrder({ symbol, venueOrderId });
}

interface Booking {
  readonly account: LiveAccount;
  readonly order: LiveOrder;
  readonly fill: VenueFill;
  readonly booked: BookedFill;
}

async function book(desk: LiveDesk, work: LiveWork, booking: Booking): Promise<LiveAccount> {
  const { account, order, fill, booked } = booking;
  const { live } = work;
  const fillSeq = account.lastFillSeq + 1;
  const fillId = fillIdOf(order.orderId, booked.fillNumber);
  const { qty, price, feeQuote, feeBase, profit, fillNumber, filledQty, complete, cashQuote, position } = booked;
  const { orderId, sessionId, symbol, side } = order;
  const { atMs, fee } = fill;
  await live.insertFill({
    ...{ fillId, fillSeq, fillNumber, orderId, sessionId, symbol, side, qty, price },
    ...{ feeQuote, feeBase, feeAmount: fee.amount, feeCurrency: fee.currency, profit, atMs },
  });
  await live.putVenueFill(fill, { state: 'booked', fillId });
  const lastFillAtMs = Math.max(account.lastFillAtMs, atMs);
  await live.saveBooks({ cashQuote, lastFillSeq: fillSeq, lastFillAtMs, symbol, position });
  await keepExits(desk, work, { order, booked, atMs });
  const facts = { fillId, fillSeq, fillNumber, qty, filledQty, price, feeQuote, profit, atMs, complete };
  const exit = order.exitOf === undefined ? undefined : { kind: exitKindOfFill(order, price), entryId: order.exitOf };
  const messages = filledMessages(factsOfOrder(order), { ...facts, fee, ...(exit && { exit }) }, stampOf(desk));
  await advance(desk, work, { booking, messages });
  work.onCommitted(() => {
    desk.metrics.filled(symbol, complete && isOpen(order));
  });
  const { [symbol]: _before, ...others } = account.positions;
  const positions = position.qty === '0' ? others : { ...others, [symbol]: position };
  return { ...account, cashQuote, positions, lastFillSeq: fillSeq, lastFillAtMs };
}

/** The order after a fill. One that had ended keeps its state; its money is booked all the same, with a notice. */
async function advance(
  desk: LiveDesk,
  work: LiveWork,
  { booking, messages }: { readonly booking: Booking; readonly messages: ReturnType<typeof filledMessages> },
): Promise<void> {
  const { order, fill, booked } = booking;
  const { filledQty } = booked;
  const venueFilledQty = formatDecimal(Decimal.max(parseDecimal(order.venueFilledQty), parseDecimal(filledQty)));
  const venueOrderId = order.venueOrderId ?? fill.venueOrderId;
  const venueState = order.venueState ?? 'open';
  const patch = { filledQty, fillCount: booked.fillNumber, venueFilledQty, venueOrderId, venueState };
  const to = stateByVenue({ ...order, ...patch });
  if (isFinalState(order.state)) {
    await work.live.updateOrder(order.orderId, patch);
    await work.say([...messages, lateNotice(desk, order, fill)], order.traceId);
    work.onCommitted(() =>
      desk.metrics.refusedTransition(order.state, booked.complete ? 'filled' : 'partially_filled'),
    );
    return;
  }
  const reason = isFinalState(to) && to !== 'filled' ? reasonOf(order, to) : undefined;
  await changeOrder(desk, work, { order, patch: { ...patch, ...settledBy(order) }, to, reason, fills: messages });
}

function lateNotice(desk: LiveDesk, order: LiveOrder, fill: VenueFill) {
  const text = `Order ${order.orderId} had ended as ${order.state} when a fill of ${fill.qty} ${order.symbol} at ${fill.price} came; it is booked`;
  const notice = { type: 'late_fill', severity: 'warning', text, key: `${order.orderId}:${fill.tradeId}` } as const;
  return orderNotice(factsOfOrder(order), notice, stampOf(desk));
}

async function sayUnbookable(
  desk: LiveDesk,
  work: LiveWork,
  { order, fill, why }: { readonly order: LiveOrder; readonly fill: VenueFill; readonly why: string },
): Promise<void> {
  const text = `Fill ${fill.tradeId} of order ${order.orderId} is not booked: ${why}`;
  const notice = {
    type: 'unbookable_fill',
    severity: 'critical',
    text,
    key: `${fill.symbol}:${fill.tradeId}`,
  } as const;
  await work.say([orderNotice(factsOfOrder(order), notice, stampOf(desk))], order.traceId);
}
