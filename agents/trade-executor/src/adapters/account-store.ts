import type { Sql } from '@octant/platform/postgres/sql';
import type { RiskApproval } from '@octant/trading/risk/risk-approved';
import type { OrderState } from '@octant/trading/messages/execution';
import type { ExecAccount, HaltState, OpenOrder } from '../account/account.js';
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

/** A resting order that ends. */
export interface OrderEnd {
  readonly orderId: string;
  readonly state: 'filled' | 'rejected';
  readonly reason: string | undefined;
  readonly filledQty: string;
}

export interface FillsChange {
  readonly fills: readonly (NumberedFill & { readonly sessionId: string })[];
  readonly ends: readonly OrderEnd[];
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
  /** Cancels the open orders of a session that has ended; answers them as they are now, oldest first. */
  cancelSession(sql: Sql, sessionId: string, reason: string): Promise<readonly OpenOrder[]>;
}
