import type { Outgoing } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import { fillIdOf } from '@octant/trading/exchange/order-id';
import { looksBack } from '@octant/trading/exchange/fill-rules';
import { matchCandles } from '@octant/trading/exchange/match-candles';
import type { MatchStep } from '@octant/trading/exchange/match-step';
import type { PaperOutcome } from '@octant/trading/exchange/paper-exchange';
import type { TimeframeName } from '@octant/trading/messages/envelope';
import type { MarketCandles } from '@octant/trading/messages/market-candles';
import type { FillsChange } from '../adapters/account-store.js';
import type { ExecAccount, LastCandle, OpenOrder } from './account.js';
import { isoNow, type ExecDesk } from './desk.js';
import { factsOf, fillsChangeOf } from './fills-change.js';
import type { LastPrices } from './last-prices.js';
import { endedMessages, filledMessages, inPublishingOrder, progressMessage, type Stamp } from './order-messages.js';

/**
 * Matches a step of candles with the account: open orders and gaps at its opens, exits inside it once it has closed. A
 * closed step is answered with `exec.progress` behind the statuses. Postgres is touched only when something changes, or
 * when the step may have been handled before: its statuses may then lie in the outbox still, and the inbox finds them, so
 * that none is overtaken by the progress. A step that comes again after Redis was emptied is answered as it was the first
 * time.
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
  const change = changeBy(desk, account, step);
  const note = (answer: readonly Outgoing[]) => {
    desk.prices.note(step);
    desk.answered.put(key, answer);
  };
  if (change === undefined) {
    const messages = listOf(await progressOf(desk, step, { key, account, fills: 0 }));
    const onCommitted = () => {
      note(messages);
    };
    return surelyNew ? { messages, onCommitted } : { transaction: () => Promise.resolve(messages), onCommitted };
  }
  const stamp: Stamp = { exchange: desk.settings().exchange, ts: isoNow(desk.clock) };
  const progress = await progressOf(desk, step, { key, account: change.account, fills: change.fills.length });
  let applied: readonly Outgoing[] | undefined;
  return {
    transaction: async (sql) => {
      desk.cache.distrust();
      await desk.store.applyFills(sql, change);
      applied = inPublishingOrder(outcomeMessages(account, change, stamp), progress);
      return applied;
    },
    onCommitted: () => {
      if (applied === undefined) return;
      note(applied);
      desk.cache.replace(change.account);
      noteOutcomes(desk, change);
    },
  };
}

/** What the step changes; undefined for nothing. */
function changeBy(desk: ExecDesk, account: ExecAccount, step: MarketCandles): StepChange | undefined {
  const { fillRules, instruments } = desk.settings();
  const before = {
    cash: account.cashQuote,
    positions: account.positions,
    orders: account.openOrders,
    exits: account.exits,
  };
  const match = matchCandles(before, matchStepOf(desk, account, step), { instruments, rules: fillRules });
  const lastCandles = looksBack(fillRules) ? lastCandlesOf(step) : [];
  if (match.book === before && lastCandles.length === 0) return undefined;
  return { ...fillsChangeOf(account, match, lastCandles), outcomes: match.outcomes };
}

interface StepChange extends FillsChange {
  readonly outcomes: readonly PaperOutcome[];
}

function matchStepOf(desk: ExecDesk, account: ExecAccount, step: MarketCandles): MatchStep {
  const { openTimeMs, timeframe, closed } = step;
  const candles = step.candles.map(({ symbol, open, high, low, volume }) => {
    const before = lastCandleOf(account, { symbol, timeframe, openTimeMs });
    return [symbol, { open, high, low, volume, openTimeMs, before }] as const;
  });
  const fed = new Set(
    [...account.openOrders, ...account.exits.map(({ entry }) => entry)]
      .filter((order) => isFedBy(order, step, desk.prices))
      .map(({ orderId }) => orderId),
  );
  return { candles: Object.fromEntries(candles), timeframe, closed, reaches: (orderId) => fed.has(orderId) };
}

function lastCandleOf(
  account: ExecAccount,
  of: { readonly symbol: string; readonly timeframe: TimeframeName; readonly openTimeMs: number },
): LastCandle | undefined {
  return account.lastCandles.find(
    ({ symbol, timeframe, openTimeMs }) =>
      symbol === of.symbol && timeframe === of.timeframe && openTimeMs < of.openTimeMs,
  );
}

function lastCandlesOf({ closed, candles, timeframe, openTimeMs }: MarketCandles): readonly LastCandle[] {
  if (!closed) return [];
  return candles.map(({ symbol, high, low, close, volume }) => ({
    symbol,
    timeframe,
    openTimeMs,
    high,
    low,
    close,
    volume,
  }));
}

/** The account's last fill as of the step: later ones were not there when it came first. */
async function lastFillSeqAt(desk: ExecDesk, account: ExecAccount, step: MarketCandles): Promise<number> {
  return step.closeTimeMs > account.lastFillAtMs ? account.lastFillSeq : desk.store.lastFillSeqBefore(step.closeTimeMs);
}

/**
 * A paced feed runs in its own time: it fills its own session's orders, and those that name no timeframe. The latter take
 * any feed's step, but none that is older than what the symbol has shown.
 */
function isFedBy(order: OpenOrder, step: MarketCandles, prices: LastPrices): boolean {
  if (order.timeframe === undefined) return !prices.isPast(order.symbol, step);
  return step.sessionId === undefined || order.sessionId === step.sessionId;
}

function outcomeMessages(account: ExecAccount, change: StepChange, stamp: Stamp): readonly Outgoing[] {
  const fills = new Map(change.fills.map((fill) => [fill.fillId, fill]));
  return change.outcomes.flatMap((outcome) => {
    const order = factsOf(account, outcome);
    if (outcome.type !== 'fill') {
      const { type: state, reason, atMs } = outcome;
      return endedMessages(order, { state, reason, atMs }, stamp);
    }
    const fill = fills.get(fillIdOf(outcome.orderId, outcome.fillNumber));
    return fill === undefined ? [] : filledMessages(order, fill, stamp);
  });
}

async function progressOf(
  desk: ExecDesk,
  step: MarketCandles,
  facts: { readonly key: string; readonly account: ExecAccount; readonly fills: number },
): Promise<Outgoing | undefined> {
  if (!step.closed) return undefined;
  const { source, sessionId, timeframe, closeTimeMs, traceId } = step;
  const { key, account, fills } = facts;
  const resting = account.openOrders.map(({ orderId }) => orderId);
  return progressMessage(
    {
      type: 'candles',
      source,
      ...(sessionId === undefined ? {} : { sessionId }),
      timeframe,
      closeTimeMs,
      lastFillSeq: fills > 0 ? account.lastFillSeq : await lastFillSeqAt(desk, account, step),
      ...(resting.length === 0 ? {} : { resting }),
      traceId,
      ts: isoNow(desk.clock),
    },
    key,
  );
}

function listOf(message: Outgoing | undefined): readonly Outgoing[] {
  return message === undefined ? [] : [message];
}

function noteOutcomes(desk: ExecDesk, { outcomes }: StepChange): void {
  for (const outcome of outcomes) {
    if (outcome.type === 'fill') desk.metrics.filled(outcome.symbol, outcome.complete);
    else desk.metrics.orderCame(outcome.type);
  }
}
