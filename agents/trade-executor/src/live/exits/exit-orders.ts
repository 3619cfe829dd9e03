import type { ExitKind } from '@octant/trading/exchange/paper-exchange';
import type { Instrument } from '@octant/trading/market/instrument';
import { formatDecimal, parseDecimal, type Decimal } from '@octant/trading/money/decimal';
import type { VenueOrderKind } from '@octant/venue/venue';
import { endedMessages, intendedMessages } from '../../account/order-messages.js';
import type { LiveWork } from '../in-live-transaction.js';
import { stampOf, type LiveDesk } from '../live-desk.js';
import type { LiveOrder } from '../live-order.js';
import { intake, type LiveSubmission } from '../take-live-order.js';
import { nextExitOrderId, type LiveExits } from './live-exits.js';

/** An order that an entry's exits make. */
export interface ExitOrder {
  readonly exits: LiveExits;
  readonly entry: LiveOrder;
  readonly kind: ExitKind;
  readonly order: VenueOrderKind;
  readonly qty: Decimal;
  readonly instrument: Instrument;
  /** For the check of its notional, quote currency. */
  readonly price: string;
  readonly haltVersion: number;
}

/** Writes the order down as intended, or denied; it only reduces, and a halt lets it pass. Resolves to why it was denied. */
export async function makeExitOrder(desk: LiveDesk, work: LiveWork, exit: ExitOrder): Promise<string | undefined> {
  const { exits, entry, kind, qty, instrument, price, haltVersion } = exit;
  const orderId = nextExitOrderId(exits, kind);
  const { symbol, requestId, sessionId, traceId, timeframe } = entry;
  const order: LiveSubmission = {
    ...{ orderId, symbol, side: 'sell', qty: formatDecimal(qty), kind: exit.order, exitOf: entry.orderId },
    ...{ requestId, sessionId, traceId, timeframe, referencePrice: price, haltVersion },
    ...{ notBeforeMs: desk.clock.now(), ts: stampOf(desk).ts },
    verdict: { approval: { requestId, riskScore: 0, standing: true } },
  };
  const { answer } = await intake(desk, work, { order, instrument });
  const atMs = desk.clock.now();
  const denied = answer.state === 'denied' ? (answer.reason ?? 'denied') : undefined;
  const messages =
    denied === undefined
      ? intendedMessages(order, atMs, stampOf(desk))
      : endedMessages(order, { state: 'denied', reason: denied, atMs }, stampOf(desk));
  await work.say(messages, traceId);
  if (denied === undefined) work.onCommitted(desk.signals.send);
  return denied;
}

/** Which exit has sold: what the order is for, by its id; of a pair the target, where it sold at its limit or better. */
export function exitKindOfFill({ orderId, kind }: Pick<LiveOrder, 'orderId' | 'kind'>, price: string): ExitKind {
  if (kind.type === 'oco' && parseDecimal(price).gte(parseDecimal(kind.price))) return 'target';
  const named = orderId.slice(orderId.lastIndexOf('.') + 1);
  if (named === 'stop' || named === 'trail' || named === 'target' || named === 'time') return named;
  throw new Error(`expected the id of an exit's order, was ${orderId}`);
}
