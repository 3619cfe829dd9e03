import type { Outgoing } from '@octant/platform/bus/message';
import type { Ledger } from '@octant/trading/portfolio/ledger';
import type { ExecStatus } from '@octant/trading/messages/execution';
import type { OrderSide, TimeframeName } from '@octant/trading/messages/envelope';

/** A message whose id is a pure function of what it is about, so that a second run of a handler cannot publish it twice. */
export type Message = Outgoing & { readonly id: string };

/** An order that was sent and has neither filled nor ended: its exposure counts. */
export interface OpenOrder {
  readonly orderId: string;
  readonly sessionId: string;
  readonly symbol: string;
  readonly side: OrderSide;
  /** What of it has not filled. */
  readonly qty: string;
  /** All of it, where a part has filled. */
  readonly orderQty?: string;
  /** Reference price of the decision, quote. */
  readonly price: string;
  readonly notBeforeMs: number;
  readonly timeframe: TimeframeName | null;
}

export interface AdminHalt {
  readonly reason: string;
  readonly atMs: number;
}

/** What the desk as a whole knows; one value in the state store, written with every decision. */
export interface Desk {
  /** Rises with every checkpoint: what is in Redis and what is in Postgres compare by it. */
  revision: number;
  /** Absent until the first candle or fill says what time it is. */
  ledger: Ledger | null;
  /** Rises with every halt and unhalt command. */
  haltVersion: number;
  /** Whether the last command published was a halt. */
  haltPublished: boolean;
  adminHalt: AdminHalt | null;
  /** Halt version that the executor has confirmed. */
  executorHaltVersion: number;
  openOrders: OpenOrder[];
  /** Fills that came before one with a smaller number; booked when that one has come. */
  heldFills: ExecStatus[];
  /** What the executor said of orders that this desk has yet to send again; see `early-statuses.ts`. */
  earlyStatuses: ExecStatus[];
  /** Published since the last checkpoint, and not to be derived again after the next one. */
  unkept: Message[];
  consecutiveLosers: number;
  /** Real time of the last loss-triggered optimizer request. */
  lastOptimizerRequestAtMs: number;
  /** Running sessions, oldest first. */
  runningSessionIds: string[];
  /** All sessions that can still be looked up, newest first, bounded. */
  recentSessionIds: string[];
}

export const RECENT_SESSIONS = 50;

/** A desk that has not traded yet. */
export function openDesk(): Desk {
  return {
    revision: 0,
    ledger: null,
    haltVersion: 0,
    haltPublished: false,
    adminHalt: null,
    executorHaltVersion: 0,
    openOrders: [],
    heldFills: [],
    earlyStatuses: [],
    unkept: [],
    consecutiveLosers: 0,
    lastOptimizerRequestAtMs: 0,
    runningSessionIds: [],
    recentSessionIds: [],
  };
}

/** The reason why new exposure is halted, the admin's before the day's; null when it is not. */
export function haltReasonOf(desk: Desk): string | null {
  if (desk.adminHalt !== null) return desk.adminHalt.reason;
  return desk.ledger?.day.halted === true ? (desk.ledger.day.haltReason ?? 'halted') : null;
}
