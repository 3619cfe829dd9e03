import type { Ledger } from '@octant/trading/portfolio/ledger';
import type { ExecStatus } from '@octant/trading/messages/execution';
import type { OrderSide, TimeframeName } from '@octant/trading/messages/envelope';

/** An order that was sent and has neither filled nor ended: its exposure counts. */
export interface OpenOrder {
  readonly orderId: string;
  readonly sessionId: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly qty: string;
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
    ledger: null,
    haltVersion: 0,
    haltPublished: false,
    adminHalt: null,
    executorHaltVersion: 0,
    openOrders: [],
    heldFills: [],
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
