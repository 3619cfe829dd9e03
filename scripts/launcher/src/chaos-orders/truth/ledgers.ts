import type { VenueLedger } from '../simulator.js';

/** An order as Postgres has it. */
export interface BookedOrder {
  readonly orderId: string;
  readonly clientOrderId: string;
  readonly state: string;
  /** Why it ended without a fill. */
  readonly reason: string | null;
  readonly qty: string;
  readonly filledQty: string;
  readonly venueOrderId: string | null;
}

/** A fill as Postgres has it, with the exchange's own trade id. */
export interface BookedFill {
  readonly fillId: string;
  readonly orderId: string;
  readonly tradeId: string;
  readonly symbol: string;
  /** As the exchange counts it. */
  readonly qty: string;
  readonly price: string;
}

/** An entry of `exec.status`. */
export interface ToldStatus {
  readonly orderId: string;
  readonly state: string;
  readonly fillId?: string | undefined;
}

export interface Books {
  readonly orders: readonly BookedOrder[];
  readonly fills: readonly BookedFill[];
  /** What books and baseline say that the account holds, by currency. */
  readonly holdings: Readonly<Record<string, string>>;
  /** Differences that the executor itself lists as open. */
  readonly openDifferences: readonly string[];
}

/** The three ledgers of one venue at the end of a run, and what the run knows itself. */
export interface Ledgers {
  readonly published: readonly string[];
  /** Client ids of orders that the run placed past the desk. */
  readonly planted: readonly string[];
  readonly venue: VenueLedger;
  readonly books: Books;
  readonly statuses: readonly ToldStatus[];
}
