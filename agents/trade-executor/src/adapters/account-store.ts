import type { Sql } from '@octant/platform/postgres/sql';
import type { RiskApproval } from '@octant/trading/risk/risk-approved';
import type { OrderState } from '@octant/trading/messages/execution';
import type { RestingExits } from '@octant/trading/exchange/resting-exits';
import type { ExecAccount, HaltState, LastCandle, OpenOrder } from '../account/account.js';
import type { NumberedFill } from '../account/order-messages.js';

/** An order as it is written down when it comes. */
export interface OrderIntent extends Omit<OpenOrder, 'state'> {
  readonly state: 'acknowledged' | 'denied';
  readonly reason: string | undefined;
  readonly clientOrderId: string;
  readonly haltVersion: number;
  readonly approval: RiskApproval | undefined;
  readonly exchange: string;
  readonly simulated: boolean;
}

/** What is known of an order that came before under the same id. */
export interface KnownOrder {
  readonly symbol: string;
  readonly side: string;
  readonly qty: string;
  readonly sessionId: string;
  readonly state: OrderState;
  readonly reason: string | undefined;
}

/** How an order that rested stands after a step. */
export interface OrderChange {
  readonly orderId: string;
  readonly state: 'partially_filled' | 'filled' | 'rejected' | 'canceled';
  readonly reason: string | undefined;
  readonly filledQty: string;
  /** Its fills so far and the candle of the last, where it has filled in this step. */
  readonly filled?: { readonly fills: number; readonly atMs: number } | undefined;
}

/** The order that an exit becomes when it first fills; the rest of its terms are its entry's. */
export interface ExitOrder {
  readonly orderId: string;
  readonly entryId: string;
  readonly qty: string;
  readonly referencePrice: string;
  readonly notBeforeMs: number;
}

export interface FillsChange {
  readonly fills: readonly (NumberedFill & { readonly sessionId: string })[];
  readonly exitOrders: readonly ExitOrder[];
  readonly orders: readonly OrderChange[];
  /** Exits that are new or have changed, and the entries of those that have ended. */
  readonly exits: readonly RestingExits<OpenOrder>[];
  readonly exitsEnded: readonly string[];
  readonly lastCandles: readonly LastCandle[];
  /** The account after it; its revision is one above the expected one. */
  readonly account: ExecAccount;
}

export interface AppliedHalt {
  /** The halt version in force afterwards. */
  readonly haltVersion: number;
  /** The buys that rested and rest no more, in the order they came. */
  readonly canceled: readonly OpenOrder[];
}

/**
 * The account's tables. Orders and fills take the open transaction and the revision that they were decided on; when
 * Postgres is past it they throw TransientError `stale_account`, and nothing is written. A halt is decided in Postgres.
 */
export interface AccountStore {
  /** Opens the account with so much cash; does nothing when it is open. */
  open(startEquityQuote: string): Promise<void>;
  load(): Promise<ExecAccount>;
  /** Number of the last fill in a candle that opened before this instant; 0 for none. */
  lastFillSeqBefore(atMs: number): Promise<number>;
  /** Writes the order down, or answers the one that came before under its id and writes nothing. */
  insertOrder(sql: Sql, intent: OrderIntent, expectedRevision: number): Promise<KnownOrder | undefined>;
  applyFills(sql: Sql, change: FillsChange): Promise<void>;
  /** Halts, cancelling resting buys, or unhalts; a version that is not above the known one changes nothing. */
  applyHalt(sql: Sql, halt: HaltState): Promise<AppliedHalt>;
  /** Takes away the exits of a session that has ended; answers their entries, in the order of their ids. */
  endExits(sql: Sql, sessionId: string): Promise<readonly OpenOrder[]>;
  /** Cancels the open orders of a session that has ended; answers them as they are now, oldest first. */
  cancelSession(sql: Sql, sessionId: string, reason: string): Promise<readonly OpenOrder[]>;
}
