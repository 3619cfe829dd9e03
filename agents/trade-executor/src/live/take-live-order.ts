import type { HandlerResult } from '@octant/platform/bus/subscription';
import { isExitOrderId } from '@octant/trading/exchange/order-id';
import { statusWordOf } from '@octant/trading/exchange/order-state';
import type { Instrument } from '@octant/trading/market/instrument';
import { Decimal, formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import { endedMessages, intendedMessages } from '../account/order-messages.js';
import {
  behind,
  checkSameOrder,
  instrumentFor,
  reserved,
  type OrderAnswer,
  type Submission,
  type TakenOrder,
} from '../account/take-order.js';
import type { LiveTransaction } from '../adapters/live-store.js';
import type { VenueMarket, VenueOrderKind } from '@octant/venue/venue';
import { requestCancels } from './cancel-orders.js';
import { isPartOrderId, type PartsPlan } from './algorithms/parts-plan.js';
import { partsPlanOf } from './algorithms/plan-parts.js';
import { decideLiveOrder } from './decide-live-order.js';
import { inHandler } from './in-handler.js';
import type { LiveWork } from './live-work.js';
import { freeQtyOf, type LiveAccount } from './live-account.js';
import { stampOf, type LiveDesk } from './live-desk.js';
import { unbookedQty, type LiveIntent, type LiveOrder } from './live-order.js';

/** An order to take, and how it is to be executed; at the market unless `kind` says otherwise. */
export interface LiveSubmission extends Submission {
  readonly kind?: VenueOrderKind;
  readonly reduceOnly?: boolean;
  /** The entry whose position it leaves, of an order that its exits make. */
  readonly exitOf?: string;
  readonly algorithm?: PartsPlan | undefined;
}

const MARKET: VenueOrderKind = { type: 'market' };

/**
 * Takes an order for the exchange: written down as intended, or denied, decided on the books as they are under the
 * account's lock. Nothing is sent here; the sender is told once it is committed. An order id that came before gives the
 * same answer and the same messages, and changes nothing.
 *
 * @throws PermanentError `unknown_symbol`; `order_id_reserved` when the id is one that an exit may get; in the transaction
 *   `order_id_reused` (409) when the id came with another order.
 * @throws TransientError `behind` (409), in the transaction, when the order knows a later halt than this agent.
 */
export function takeLiveOrder(desk: LiveDesk, order: LiveSubmission): TakenOrder {
  if (isExitOrderId(order.orderId) || isPartOrderId(order.orderId)) throw reserved(order.orderId);
  const instrument = instrumentAt(desk, order.symbol);
  let answer: OrderAnswer = { orderId: order.orderId, status: 'failed', state: 'intended' };
  let isNew = false;
  let isInParts = false;
  const inTransaction = inHandler(desk, async (work, said) => {
    const algorithm = partsPlanOf(desk, order, instrument);
    const taken = await intake(desk, work, { order: { ...order, algorithm }, instrument });
    ({ answer, isNew } = taken);
    const stamp = stampOf(desk);
    const atMs = desk.clock.now();
    isInParts = algorithm !== undefined;
    if (answer.state !== 'denied') return [...said, ...intendedMessages(order, atMs, stamp)];
    return endedMessages(order, { state: 'denied', reason: answer.reason ?? 'denied', atMs }, stamp);
  });
  const result: HandlerResult = {
    ...inTransaction,
    onCommitted: () => {
      inTransaction.onCommitted?.();
      if (isNew && answer.state === 'denied') desk.metrics.orderCame('denied');
      if (answer.state !== 'intended') return;
      if (isInParts) desk.signals.parts();
      else desk.signals.send();
    },
  };
  return { result, answer: () => answer };
}

/**
 * Writes an order down within a transaction whose account is locked by it; for orders that the desk itself makes, too. A sell
 * takes what exits of the symbol hold back: their orders are cancelled, and it is sent when they have ended.
 */
export async function intake(
  desk: LiveDesk,
  work: LiveWork,
  { order, instrument }: { readonly order: LiveSubmission; readonly instrument: Instrument },
): Promise<{ readonly answer: OrderAnswer; readonly isNew: boolean }> {
  const { live } = work;
  const account = await live.lockAccount();
  const { haltVersion } = account.halt;
  if (order.haltVersion > haltVersion) throw behind(order.haltVersion, haltVersion);
  const held = await exitsInTheWay(live, order, account);
  const intent = intentOf(desk, { order, account: withoutReserved(account, order.symbol, held), instrument });
  const isNew = await live.insertOrder(intent);
  if (isNew && intent.state === 'intended') {
    await requestCancels(desk, work, { orders: held, reason: `position_sold: by order ${order.orderId}` });
  }
  if (isNew) return { answer: answerOf(intent), isNew };
  const known = await live.lockOrder({ orderId: order.orderId });
  if (known === undefined) throw new Error(`expected order ${order.orderId} to be known, was not`);
  checkSameOrder(known, order);
  const state = known.state === 'denied' ? 'denied' : 'intended';
  const reason = state === 'denied' ? known.reason : undefined;
  return { answer: answerOf({ orderId: order.orderId, state, reason }), isNew };
}

/** Open orders of exits that a sell needs to be out of its way. */
async function exitsInTheWay(
  live: LiveTransaction,
  { side, exitOf, symbol, qty }: LiveSubmission,
  account: LiveAccount,
): Promise<readonly LiveOrder[]> {
  if (side !== 'sell' || exitOf !== undefined) return [];
  if (parseDecimal(qty).lte(parseDecimal(freeQtyOf(account, symbol)))) return [];
  return (await live.lockOpenOrders({ symbols: [symbol] })).filter((order) => order.exitOf !== undefined);
}

function withoutReserved(account: LiveAccount, symbol: string, held: readonly LiveOrder[]): LiveAccount {
  if (held.length === 0) return account;
  const freed = held.reduce((sum, order) => sum.plus(parseDecimal(unbookedQty(order))), Decimal.of(0));
  const reserved = parseDecimal(account.reservedQty[symbol] ?? '0').minus(freed);
  return { ...account, reservedQty: { ...account.reservedQty, [symbol]: formatDecimal(reserved) } };
}

function intentOf(
  desk: LiveDesk,
  { order, account, instrument }: { order: LiveSubmission; account: LiveAccount; instrument: Instrument },
): LiveIntent {
  const { verdict, ts: _sentAt, kind = MARKET, reduceOnly = false, ...terms } = order;
  const decision = decideLiveOrder(
    { ...order, kind },
    {
      account,
      instrument,
      market: desk.markets().get(order.symbol),
      gate: desk.gate.refusal(order.symbol),
      settings: desk.settings(),
      nowMs: desk.clock.now(),
    },
  );
  return {
    ...terms,
    kind,
    reduceOnly,
    state: decision.state,
    reason: decision.state === 'denied' ? decision.reason : undefined,
    reservePrice: decision.state === 'denied' ? '0' : decision.reservePrice,
    clientOrderId: desk.clientIds.of(order.orderId),
    approval: 'approval' in verdict ? verdict.approval : undefined,
    exchange: desk.venue.id,
  };
}

function answerOf(order: {
  readonly orderId: string;
  readonly state: 'intended' | 'denied';
  readonly reason: string | undefined;
}): OrderAnswer {
  const { orderId, state, reason } = order;
  return { orderId, status: statusWordOf(state), state, ...(reason === undefined ? {} : { reason }) };
}

/** The symbol's steps as the venue tells them, or as the configuration does until then. */
export function instrumentAt(desk: Pick<LiveDesk, 'instruments' | 'markets'>, symbol: string): Instrument {
  const configured = instrumentFor(desk.instruments(), symbol);
  const market: VenueMarket | undefined = desk.markets().get(symbol);
  if (market === undefined) return configured;
  return {
    symbol,
    tickSize: parseDecimal(market.tickSize),
    lotSize: parseDecimal(market.lotSize),
    minNotional: parseDecimal(market.minNotional ?? '0'),
  };
}
