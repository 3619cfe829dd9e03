import type { HandlerResult } from '@octant/platform/bus/subscription';
import { PermanentError, TransientError } from '@octant/platform/errors/errors';
import type { ExitTerms } from '@octant/trading/exchange/exit-terms';
import { isExitOrderId } from '@octant/trading/exchange/order-id';
import { statusWordOf } from '@octant/trading/exchange/order-state';
import { decideSubmit } from '@octant/trading/exchange/paper-exchange';
import type { Instrument } from '@octant/trading/market/instrument';
import type { TimeframeName } from '@octant/trading/messages/envelope';
import type { ExecStatusWord, OrderState } from '@octant/trading/messages/execution';
import { parseDecimal } from '@octant/trading/money/decimal';
import type { RiskApproval } from '@octant/trading/risk/risk-approved';
import type { KnownOrder, OrderIntent } from '../adapters/account-store.js';
import { freeQty, openOrderOf, withOpenOrder, type ExecAccount } from './account.js';
import { clientOrderIdOf } from './client-order-id.js';
import { isoNow, type ExecDesk } from './desk.js';
import { acknowledgedMessages, endedMessages, type OrderFacts } from './order-messages.js';

/** An order to take, from the stream or over HTTP; with the risk rules' approval, or with their refusal. */
export interface Submission extends OrderFacts {
  readonly timeframe: TimeframeName | undefined;
  /** Of a buy: what rests beside the position once it fills. */
  readonly exits?: ExitTerms | undefined;
  readonly haltVersion: number;
  /** ISO instant at which it was sent. */
  readonly ts: string;
  readonly verdict: { readonly approval: RiskApproval } | { readonly refusal: string };
}

/** What became of the order when it came. */
export interface OrderAnswer {
  readonly orderId: string;
  readonly status: ExecStatusWord;
  readonly state: OrderState;
  readonly reason?: string;
}

export interface TakenOrder {
  readonly result: HandlerResult;
  /** Known once the result's transaction has run. */
  readonly answer: () => OrderAnswer;
}

/**
 * Takes an order: written down and acknowledged by the paper exchange, or denied, in one transaction. An order id that
 * came before gives the same answer and the same messages, and changes nothing.
 *
 * @throws TransientError `behind` (409) when the order knows a later halt than this agent.
 * @throws PermanentError `unknown_symbol`; `order_id_reserved` when the id is one that an exit may get; in the transaction `order_id_reused` (409) when the id came with another order.
 */
export async function takeOrder(desk: ExecDesk, order: Submission): Promise<TakenOrder> {
  if (isExitOrderId(order.orderId)) throw reserved(order.orderId);
  const account = await desk.cache.current();
  if (order.haltVersion > account.halt.haltVersion) {
    desk.cache.distrust();
    throw behind(order.haltVersion, account.halt.haltVersion);
  }
  const { exchange } = desk.settings();
  const intent = intentOf(order, {
    account,
    instrument: instrumentFor(desk.settings().instruments, order.symbol),
    exchange,
  });
  const taken = { answer: answerOf(intent), isNew: false };
  const result: HandlerResult = {
    transaction: async (sql) => {
      desk.cache.distrust();
      const known = await desk.store.insertOrder(sql, intent, account.revision);
      taken.isNew = known === undefined;
      if (known !== undefined) taken.answer = answerOf({ orderId: order.orderId, ...firstStateOf(known, order) });
      return intakeMessages(order, taken.answer, { exchange, ts: isoNow(desk.clock) });
    },
    onCommitted: () => {
      if (taken.isNew) noteTaken(desk, intent, account);
    },
  };
  return { result, answer: () => taken.answer };
}

function intentOf(
  order: Submission,
  context: { readonly account: ExecAccount; readonly instrument: Instrument; readonly exchange: string },
): OrderIntent {
  const { verdict, ts: _sentAt, ...terms } = order;
  const { account, instrument, exchange } = context;
  const positionQty = freeQty(account, order.symbol);
  const refusal = 'refusal' in verdict ? verdict.refusal : refusalOf(order, verdict.approval, positionQty);
  const decision =
    refusal === undefined
      ? decideSubmit(order, { instrument, positionQty, halted: account.halt.halted })
      : ({ state: 'denied', reason: refusal } as const);
  return {
    ...terms,
    state: decision.state,
    reason: decision.state === 'denied' ? decision.reason : undefined,
    clientOrderId: clientOrderIdOf(order.orderId),
    approval: 'approval' in verdict ? verdict.approval : undefined,
    exchange,
    simulated: exchange === 'paper',
  };
}

/** An approval counts for its own request; a standing one only for a sell up to the free position. */
export function refusalOf(
  order: Pick<Submission, 'requestId' | 'side' | 'qty'>,
  approval: RiskApproval,
  free: string,
): string | undefined {
  if (approval.requestId !== order.requestId) {
    return `approval_mismatch: expected the approval of request ${order.requestId}, was that of ${approval.requestId}`;
  }
  const reduces = order.side === 'sell' && parseDecimal(order.qty).lte(parseDecimal(free));
  if (approval.standing !== true || reduces) return undefined;
  return `not_reducing: a standing approval lets a sell up to ${free} pass, was a ${order.side} of ${order.qty}`;
}

/** Every intake ends acknowledged or denied; what came later does not change what the first answer was. */
function firstStateOf(
  known: KnownOrder,
  order: Submission,
): { state: 'acknowledged' | 'denied'; reason: string | undefined } {
  checkSameOrder(known, order);
  return known.state === 'denied'
    ? { state: 'denied', reason: known.reason }
    : { state: 'acknowledged', reason: undefined };
}

/** @throws PermanentError `order_id_reused` (409) when the order that is known under the id has other terms. */
export function checkSameOrder(
  known: Pick<KnownOrder, 'symbol' | 'side' | 'sessionId' | 'qty'>,
  order: Pick<Submission, 'orderId' | 'symbol' | 'side' | 'sessionId' | 'qty'>,
): void {
  const same =
    known.symbol === order.symbol &&
    known.side === order.side &&
    known.sessionId === order.sessionId &&
    parseDecimal(known.qty).eq(parseDecimal(order.qty));
  if (!same) {
    const was = `${order.side} ${order.qty} ${order.symbol} of ${order.sessionId}`;
    throw new PermanentError(
      `expected order ${order.orderId} as it came first (${known.side} ${known.qty} ${known.symbol} of ${known.sessionId}), was ${was}`,
      { code: 'order_id_reused', status: 409 },
    );
  }
}

function intakeMessages(order: OrderFacts, answer: OrderAnswer, stamp: { exchange: string; ts: string }) {
  if (answer.state !== 'denied') return acknowledgedMessages(order, stamp);
  const end = { state: 'denied', reason: answer.reason ?? 'denied', atMs: order.notBeforeMs } as const;
  return endedMessages(order, end, stamp);
}

function noteTaken(desk: ExecDesk, intent: OrderIntent, account: ExecAccount): void {
  desk.metrics.orderCame(intent.state);
  desk.cache.replace(
    intent.state === 'denied'
      ? { ...account, revision: account.revision + 1 }
      : withOpenOrder(account, openOrderOf(intent)),
  );
}

function answerOf(order: {
  orderId: string;
  state: 'acknowledged' | 'denied';
  reason: string | undefined;
}): OrderAnswer {
  const { orderId, state, reason } = order;
  return { orderId, status: statusWordOf(state), state, ...(reason === undefined ? {} : { reason }) };
}

/** @throws PermanentError `unknown_symbol` naming those that are listed. */
export function instrumentFor(instruments: ReadonlyMap<string, Instrument>, symbol: string): Instrument {
  const instrument = instruments.get(symbol);
  if (instrument !== undefined) return instrument;
  const listed = [...instruments.keys()].join(', ');
  throw new PermanentError(`expected symbol to be one of ${listed}, was ${symbol}`, { code: 'unknown_symbol' });
}

/** What an order is answered that has an id like an exit's. */
export function reserved(orderId: string): PermanentError {
  return new PermanentError(
    `expected an order id that does not end like that of an exit (.stop, .trail, .target, .time), was ${orderId}`,
    { code: 'order_id_reserved' },
  );
}

/** What an order is answered that knows a later halt than this agent. */
export function behind(asked: number, known: number): TransientError {
  return new TransientError(
    `expected to know halt version ${String(asked)}, was at ${String(known)}: the halt command has not come yet`,
    { code: 'behind', status: 409, retryAfterMs: 20 },
  );
}
