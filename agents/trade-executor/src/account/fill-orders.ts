import type { Outgoing } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import { fillIdOf } from '@octant/trading/exchange/order-id';
import { decideFills, type PaperOutcome } from '@octant/trading/exchange/paper-exchange';
import type { MarketCandles } from '@octant/trading/messages/market-candles';
import type { FillsChange, OrderEnd } from '../adapters/account-store.js';
import { withOutcomes, type ExecAccount, type OpenOrder } from './account.js';
import { isoNow, type ExecDesk } from './desk.js';
import type { LastPrices } from './last-prices.js';
import {
  endedMessages,
  filledMessages,
  inPublishingOrder,
  progressMessage,
  type NumberedFill,
  type Stamp,
} from './order-messages.js';

/** A paper order fills whole at its first candle. */
const ONLY_FILL = 1;

/**
 * Fills the open orders that a step of candles reaches at its opens; a closed step is answered with `exec.progress`
 * behind the statuses. Postgres is touched only when an order fills or is rejected, or when the step may have been
 * handled before: its statuses may then lie in the outbox still, and the inbox finds them, so that none is overtaken by
 * the progress. A step that comes again after Redis was emptied is answered as it was the first time.
 *
 * @param delivery message id of the step, and whether it is known to be new.
 */
export async function fillOrders(
  desk: ExecDesk,
  step: MarketCandles,
  delivery: { readonly id: string; readonly first: boolean },
): Promise<HandlerResult> {
  const key = delivery.id;
  const answered = desk.answered.find(key);
  if (answered !== undefined) return { messages: answered };
  const surelyNew = delivery.first && desk.cache.trusted;
  const account = await desk.cache.current();
  const outcomes = outcomesOf(desk, account, step);
  const note = (answer: readonly Outgoing[]) => {
    desk.prices.note(step);
    desk.answered.put(key, answer);
  };
  if (outcomes.length === 0) {
    const progress = progressOf(desk, step, { key, lastFillSeq: await lastFillSeqAt(desk, account, step) });
    const messages = progress === undefined ? [] : [progress];
    const onCommitted = () => {
      note(messages);
    };
    return surelyNew ? { messages, onCommitted } : { transaction: () => Promise.resolve(messages), onCommitted };
  }
  const change = changeOf(account, outcomes);
  const stamp: Stamp = { exchange: desk.settings().exchange, ts: isoNow(desk.clock) };
  const progress = progressOf(desk, step, { key, lastFillSeq: change.account.lastFillSeq });
  let applied: readonly Outgoing[] | undefined;
  return {
    transaction: async (sql) => {
      desk.cache.distrust();
      await desk.store.applyFills(sql, change);
      applied = inPublishingOrder(outcomeMessages({ account, outcomes, change, stamp }), progress);
      return applied;
    },
    onCommitted: () => {
      if (applied === undefined) return;
      note(applied);
      desk.cache.replace(change.account);
      noteOutcomes(desk, outcomes);
    },
  };
}

/** The account's last fill as of the step: later ones were not there when it came first. */
async function lastFillSeqAt(desk: ExecDesk, account: ExecAccount, step: MarketCandles): Promise<number> {
  return step.closeTimeMs > account.lastFillAtMs ? account.lastFillSeq : desk.store.lastFillSeqBefore(step.closeTimeMs);
}

function outcomesOf(desk: ExecDesk, account: ExecAccount, step: MarketCandles): readonly PaperOutcome[] {
  const orders = account.openOrders.filter((order) => isFedBy(order, step, desk.prices));
  if (orders.length === 0) return [];
  const candles = step.candles.map(({ symbol, open }) => [symbol, { open, openTimeMs: step.openTimeMs }] as const);
  const { fees, instruments } = desk.settings();
  return decideFills({
    orders,
    candles: Object.fromEntries(candles),
    timeframe: step.timeframe,
    cash: account.cashQuote,
    positions: account.positions,
    instruments,
    fees,
  });
}

/**
 * A paced feed runs in its own time: it fills its own session's orders, and those that name no timeframe. The latter take
 * any feed's step, but none that is older than what the symbol has shown.
 */
function isFedBy(order: OpenOrder, step: MarketCandles, prices: LastPrices): boolean {
  if (order.timeframe === undefined) return !prices.isPast(order.symbol, step);
  return step.sessionId === undefined || order.sessionId === step.sessionId;
}

function changeOf(account: ExecAccount, outcomes: readonly PaperOutcome[]): FillsChange {
  const fills: (NumberedFill & { sessionId: string })[] = [];
  const ends: OrderEnd[] = [];
  for (const outcome of outcomes) {
    const { orderId } = outcome;
    if (outcome.type === 'rejected') {
      ends.push({ orderId, state: 'rejected', reason: outcome.reason, filledQty: '0' });
      continue;
    }
    ends.push({ orderId, state: 'filled', reason: undefined, filledQty: outcome.qty });
    fills.push({
      ...outcome,
      fillId: fillIdOf(orderId, ONLY_FILL),
      fillNumber: ONLY_FILL,
      fillSeq: account.lastFillSeq + fills.length + 1,
      sessionId: orderOf(account, orderId).sessionId,
    });
  }
  return { fills, ends, account: withOutcomes(account, outcomes) };
}

function outcomeMessages(args: {
  readonly account: ExecAccount;
  readonly outcomes: readonly PaperOutcome[];
  readonly change: FillsChange;
  readonly stamp: Stamp;
}): readonly Outgoing[] {
  const fills = new Map(args.change.fills.map((fill) => [fill.orderId, fill]));
  return args.outcomes.flatMap((outcome) => {
    const order = orderOf(args.account, outcome.orderId);
    const fill = fills.get(outcome.orderId);
    if (fill !== undefined) return filledMessages(order, fill, args.stamp);
    const reason = outcome.type === 'rejected' ? outcome.reason : 'not filled';
    return endedMessages(order, { state: 'rejected', reason, atMs: outcome.atMs }, args.stamp);
  });
}

function orderOf(account: ExecAccount, orderId: string): OpenOrder {
  const order = account.openOrders.find((open) => open.orderId === orderId);
  if (order === undefined) throw new Error(`expected an open order ${orderId}, was none`);
  return order;
}

function progressOf(
  desk: ExecDesk,
  step: MarketCandles,
  facts: { readonly key: string; readonly lastFillSeq: number },
): Outgoing | undefined {
  if (!step.closed) return undefined;
  const { source, sessionId, timeframe, closeTimeMs, traceId } = step;
  return progressMessage(
    {
      type: 'candles',
      source,
      ...(sessionId === undefined ? {} : { sessionId }),
      timeframe,
      closeTimeMs,
      lastFillSeq: facts.lastFillSeq,
      traceId,
      ts: isoNow(desk.clock),
    },
    facts.key,
  );
}

function noteOutcomes(desk: ExecDesk, outcomes: readonly PaperOutcome[]): void {
  for (const outcome of outcomes) {
    if (outcome.type === 'fill') desk.metrics.filled(outcome.symbol);
    else desk.metrics.orderCame('rejected');
  }
}
