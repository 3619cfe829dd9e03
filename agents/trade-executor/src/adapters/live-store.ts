import type { Identified } from '@octant/platform/bus/encode-message';
import type { Sql } from '@octant/platform/postgres/sql';
import type { Position } from '@octant/trading/portfolio/position';
import type { HaltState } from '../account/account.js';
import type { LiveAccount } from '../live/live-account.js';
import type { Difference, DifferenceState, FoundDifference } from '../live/difference.js';
import type { LiveExits, LiveExitsOfEntry } from '../live/exits/live-exits.js';
import type { LiveIntent, LiveOrder, LiveOrderPatch } from '../live/live-order.js';
import type { VenueFill } from '@octant/venue/venue';

/** Which order is meant. */
export type OrderKey =
  | { readonly orderId: string }
  | { readonly clientOrderId: string }
  | { readonly symbol: string; readonly venueOrderId: string };

/** A fill with its place in the account and its order. */
export interface LiveFillRow {
  readonly fillId: string;
  readonly fillSeq: number;
  readonly fillNumber: number;
  readonly orderId: string;
  readonly sessionId: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly qty: string;
  readonly price: string;
  readonly feeQuote: string;
  readonly feeBase: string;
  readonly feeAmount: string;
  readonly feeCurrency: string;
  readonly profit: string;
  readonly atMs: number;
}

/** Messages, and the trace that they belong to. */
export interface SaidMessages {
  readonly messages: readonly Identified[];
  readonly traceId: string;
}

/** Where a fill of the venue stands. */
export type VenueFillState =
  | { readonly state: 'booked'; readonly fillId: string }
  | { readonly state: 'unmatched' | 'unbookable'; readonly why: string }
  | { readonly state: 'accepted'; readonly why: string };

export interface OpenVenueFill {
  readonly fill: VenueFill;
  readonly state: 'unmatched' | 'unbookable';
  readonly why: string;
}

/** Books of the account after a fill; `position` with quantity "0" is dropped. */
export interface BooksChange {
  readonly cashQuote: string;
  readonly lastFillSeq: number;
  readonly lastFillAtMs: number;
  readonly symbol: string;
  readonly position: Position;
}

export type CommandAction = 'cancel_all' | 'flatten' | 'accept' | 'confirm';

export interface AdminCommand {
  readonly key: string;
  readonly action: CommandAction;
  /** Empty: all. */
  readonly symbols: readonly string[];
  readonly state: 'open' | 'done';
  readonly rounds: number;
  readonly actor: string;
  readonly answer: Readonly<Record<string, unknown>>;
}

/**
 * What happens inside one transaction. The account is locked first where it is needed at all, then orders: so two
 * transactions never wait for each other in a circle.
 */
export interface LiveTransaction {
  /** Locks the account until the end of the transaction, so that intake, fills and halts see each other. */
  lockAccount(): Promise<LiveAccount>;
  saveBooks(change: BooksChange): Promise<void>;
  saveHalt(halt: HaltState): Promise<void>;
  confirmLive(by: string): Promise<void>;
  /** False, and nothing written, when there is an order under this id. */
  insertOrder(intent: LiveIntent): Promise<boolean>;
  /** Locks and reads an order. */
  lockOrder(key: OrderKey): Promise<LiveOrder | undefined>;
  /** Open orders, locked, oldest first; `side`, `sessionId` and `symbols` narrow them. */
  lockOpenOrders(which: {
    readonly side?: 'buy';
    readonly sessionId?: string;
    readonly symbols?: readonly string[];
  }): Promise<readonly LiveOrder[]>;
  /** Every part of an order so far, locked, oldest first. */
  lockParts(orderId: string): Promise<readonly LiveOrder[]>;
  updateOrder(orderId: string, patch: LiveOrderPatch): Promise<void>;
  insertFill(fill: LiveFillRow): Promise<void>;
  findVenueFill(fill: Pick<VenueFill, 'symbol' | 'tradeId'>): Promise<VenueFillState | undefined>;
  /** Writes a fill of the venue down, or where it stands now. */
  putVenueFill(fill: VenueFill, state: VenueFillState): Promise<void>;
  /** A fill that is in no book and shall be in none. */
  acceptVenueFill(fill: Pick<VenueFill, 'symbol' | 'tradeId'>): Promise<void>;
  putBaseline(currency: string, amount: string): Promise<void>;
  /** Opens or refreshes differences by kind and subject, and closes the open ones of other subjects as gone. Answers those that are new. */
  putDifferences(found: readonly FoundDifference[]): Promise<readonly Difference[]>;
  lockDifference(id: number): Promise<Difference | undefined>;
  endDifference(id: number, end: { readonly state: DifferenceState; readonly by: string }): Promise<void>;
  /** A difference that was repaired as soon as it was found. */
  addRepaired(found: FoundDifference, by: string): Promise<Difference>;
  /** Exits of a symbol, or all, locked, oldest first. */
  lockExits(symbol?: string): Promise<readonly LiveExits[]>;
  /** Orders that exits of the entry have made. */
  countExitOrders(entryId: string): Promise<number>;
  putExits(exits: LiveExits): Promise<void>;
  dropExits(entryId: string): Promise<void>;
  findCommand(key: string): Promise<AdminCommand | undefined>;
  insertCommand(command: AdminCommand): Promise<void>;
  updateCommand(key: string, change: Pick<AdminCommand, 'state' | 'rounds'>): Promise<void>;
  /** Stores messages for publishing. */
  publish(messages: readonly Identified[], traceId: string): Promise<void>;
  /** The same for several traces, in their order. */
  publishAll(said: readonly SaidMessages[]): Promise<void>;
}

/** Highs of closed candles that share an open time. */
export interface CandleHighs {
  readonly openTimeMs: number;
  readonly candles: readonly { readonly symbol: string; readonly high: string }[];
}

export interface ClaimTerms {
  /** Token of this claim, never used before. */
  readonly owner: string;
  readonly limit: number;
  readonly leaseMs: number;
}

export interface Claimed {
  readonly orders: readonly LiveOrder[];
  /** The store's time when they were claimed. */
  readonly nowMs: number;
}

/**
 * Orders, books, fills and differences of the account at the exchange. Time is the store's own, so that the agents' clocks
 * play no part. Failures of the connection are TransientError.
 */
export interface LiveStore {
  /**
   * Opens the account with so much cash; does nothing when it is open.
   *
   * @throws PermanentError `other_account` when the schema holds paper orders, or the account of another exchange or currency.
   */
  open(account: {
    readonly exchange: string;
    readonly quoteCurrency: string;
    readonly startEquityQuote: string;
  }): Promise<void>;
  /** The live transaction within a database transaction that is open already. */
  within(sql: Sql): LiveTransaction;
  transact<Result>(work: (live: LiveTransaction) => Promise<Result>): Promise<Result>;
  loadAccount(): Promise<LiveAccount>;
  /**
   * Intended orders that are due, oldest first, none of a symbol whose request another owner may have under way: marked as
   * sent, with a lease. `requestsMs`: how long from now the venue may take a request of the lease; null for ever.
   */
  claimIntended(terms: ClaimTerms & { readonly requestsMs: number | null }): Promise<Claimed>;
  /** Orders of unknown outcome whose lease is over and that are due: with a new lease, to be looked up. */
  claimUnresolved(terms: ClaimTerms): Promise<Claimed>;
  /** Open orders with a venue id whose cancel is due: due again after `retryMs`. */
  claimCancels(terms: { readonly limit: number; readonly retryMs: number }): Promise<readonly LiveOrder[]>;
  openOrders(): Promise<readonly LiveOrder[]>;
  ordersByClientId(clientOrderIds: readonly string[]): Promise<readonly LiveOrder[]>;
  /** Those of the trade ids that are recorded. */
  knownTrades(symbol: string, tradeIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Fills that are in no book, oldest first. */
  openVenueFills(): Promise<readonly OpenVenueFill[]>;
  /** From when on fills are asked for, by symbol. */
  cursors(): Promise<ReadonlyMap<string, number>>;
  /** Never moves back. */
  moveCursor(symbol: string, sinceMs: number): Promise<void>;
  /** Symbols that are held or have something open, or had an order or fill written down in the last `withinMs`. */
  activeSymbols(withinMs: number): Promise<readonly string[]>;
  baselines(): Promise<ReadonlyMap<string, string>>;
  differences(which: { readonly open: boolean; readonly limit: number }): Promise<readonly Difference[]>;
  /** Every entry's exits, oldest first. */
  exits(): Promise<readonly LiveExitsOfEntry[]>;
  /**
   * Raises what trailing stops hang on to the highs of candles, for exits that began when the candles opened or before. Answers
   * whether any rose.
   */
  raiseHighs(candles: CandleHighs): Promise<boolean>;
  openCommands(): Promise<readonly AdminCommand[]>;
}
