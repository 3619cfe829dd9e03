import type { PaperOrder, PaperOutcome } from '@octant/trading/exchange/paper-exchange';
import type { OrderState } from '@octant/trading/messages/execution';
import { formatDecimal, parseDecimal } from '@octant/trading/money/decimal';
import type { Position } from '@octant/trading/portfolio/position';

/** An order that has not ended, with what its messages need. */
export interface OpenOrder extends PaperOrder {
  readonly state: OrderState;
  readonly requestId: string;
  readonly sessionId: string;
  readonly traceId: string;
}

export interface HaltState {
  readonly haltVersion: number;
  readonly halted: boolean;
  readonly reason: string | null;
}

/** The paper account as Postgres has it at `revision`; each change raises that by one. */
export interface ExecAccount {
  readonly revision: number;
  readonly startEquityQuote: string;
  readonly cashQuote: string;
  /** Only symbols that are held. */
  readonly positions: Readonly<Record<string, Position>>;
  readonly lastFillSeq: number;
  /** Open time of the candle that the last fill was in; 0 before the first. */
  readonly lastFillAtMs: number;
  readonly halt: HaltState;
  /** In the order they came. */
  readonly openOrders: readonly OpenOrder[];
}

/** The account with one more resting order. */
export function withOpenOrder(account: ExecAccount, order: OpenOrder): ExecAccount {
  return { ...account, revision: account.revision + 1, openOrders: [...account.openOrders, order] };
}

/** The account without some orders that rested. */
export function withoutOrders(account: ExecAccount, orderIds: ReadonlySet<string>): ExecAccount {
  const openOrders = account.openOrders.filter((order) => !orderIds.has(order.orderId));
  return { ...account, revision: account.revision + 1, openOrders };
}

/** The account after the outcomes of a candle, in their order. */
export function withOutcomes(account: ExecAccount, outcomes: readonly PaperOutcome[]): ExecAccount {
  const positions: Record<string, Position> = { ...account.positions };
  let { cashQuote, lastFillSeq, lastFillAtMs } = account;
  for (const outcome of outcomes) {
    if (outcome.type !== 'fill') continue;
    cashQuote = outcome.cash;
    lastFillSeq += 1;
    lastFillAtMs = outcome.atMs;
    positions[outcome.symbol] = outcome.position;
  }
  const held = Object.entries(positions).filter(([, position]) => !parseDecimal(position.qty).isZero());
  const rest = withoutOrders(account, new Set(outcomes.map((outcome) => outcome.orderId)));
  return { ...rest, cashQuote, lastFillSeq, lastFillAtMs, positions: Object.fromEntries(held) };
}

/** Quantity of a symbol that no resting sell has claimed. */
export function freeQty(account: ExecAccount, symbol: string): string {
  let free = parseDecimal(account.positions[symbol]?.qty ?? '0');
  for (const order of account.openOrders) {
    if (order.symbol === symbol && order.side === 'sell') free = free.minus(parseDecimal(order.qty));
  }
  return formatDecimal(free);
}

/** Why a halt took a resting buy away. */
export function canceledReason(halt: HaltState): string {
  return `halted: ${halt.reason ?? 'no reason given'}`;
}
