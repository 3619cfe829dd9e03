import { fillIdOf } from '@octant/trading/exchange/order-id';
import type { Match } from '@octant/trading/exchange/match-candles';
import type { PaperFill, PaperOutcome } from '@octant/trading/exchange/paper-exchange';
import type { ExitOrder, FillsChange, OrderChange } from '../adapters/account-store.js';
import { withMatch, type ExecAccount, type LastCandle, type OpenOrder } from './account.js';
import type { OrderFacts } from './order-messages.js';

/** What a step of candles changes in the account's tables, and the account after it. */
export function fillsChangeOf(
  account: ExecAccount,
  match: Match<OpenOrder>,
  lastCandles: readonly LastCandle[] = [],
): FillsChange {
  const { outcomes, book } = match;
  const filled = outcomes.filter((outcome) => outcome.type === 'fill');
  const entryIds = new Set(book.exits.map(({ entry }) => entry.orderId));
  return {
    fills: filled.map((fill, index) => ({
      ...fill,
      fillId: fillIdOf(fill.orderId, fill.fillNumber),
      fillSeq: account.lastFillSeq + index + 1,
      sessionId: factsOf(account, fill).sessionId,
    })),
    exitOrders: filled.flatMap(exitOrderOf),
    orders: orderChangesOf(outcomes),
    exits: book.exits.filter((exits) => !account.exits.includes(exits)),
    exitsEnded: account.exits.flatMap(({ entry }) => (entryIds.has(entry.orderId) ? [] : [entry.orderId])),
    lastCandles,
    account: withMatch(account, match, lastCandles),
  };
}

/** What messages say of the order of an outcome; an exit's order has its entry's facts. */
export function factsOf(account: ExecAccount, outcome: PaperOutcome): OrderFacts & { readonly sessionId: string } {
  const { exit } = outcome;
  const id = exit?.entryId ?? outcome.orderId;
  const order =
    account.openOrders.find(({ orderId }) => orderId === id) ??
    account.exits.find(({ entry }) => entry.orderId === id)?.entry;
  if (order === undefined) throw new Error(`expected an open order ${id}, was none`);
  if (exit === undefined) return order;
  const { exits: _exits, ...entry } = order;
  const qty = outcome.type === 'fill' ? outcome.orderQty : outcome.qty;
  return { ...entry, orderId: outcome.orderId, side: 'sell', qty };
}

/** An exit becomes an order when it first fills. */
function exitOrderOf({ orderId, exit, orderQty, price, atMs, fillNumber }: PaperFill): readonly ExitOrder[] {
  if (exit === undefined || fillNumber > 1) return [];
  return [{ orderId, entryId: exit.entryId, qty: orderQty, referencePrice: price, notBeforeMs: atMs }];
}

/** One an order: an order may fill in part and be cancelled in the same step. */
function orderChangesOf(outcomes: readonly PaperOutcome[]): readonly OrderChange[] {
  const changes = new Map<string, OrderChange>();
  for (const outcome of outcomes) {
    const { orderId } = outcome;
    changes.set(orderId, { filled: changes.get(orderId)?.filled, ...changeOf(outcome) });
  }
  return [...changes.values()];
}

function changeOf(outcome: PaperOutcome): OrderChange {
  const { orderId } = outcome;
  if (outcome.type === 'rejected') return { orderId, state: 'rejected', reason: outcome.reason, filledQty: '0' };
  const { filledQty } = outcome;
  if (outcome.type === 'canceled') return { orderId, state: 'canceled', reason: outcome.reason, filledQty };
  const { fillNumber, atMs, complete } = outcome;
  const filled = { fills: fillNumber, atMs };
  return { orderId, state: complete ? 'filled' : 'partially_filled', reason: undefined, filledQty, filled };
}
