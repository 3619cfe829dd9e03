import type { ExitTerms } from '@octant/trading/exchange/exit-terms';
import type { OrderSide, TimeframeName } from '@octant/trading/messages/envelope';
import type { OrchestrationMode } from '@octant/trading/config/orchestrator-config';

export type SessionStatus = 'running' | 'stopped' | 'finished' | 'failed';

/** Life of one cycle (session, symbol, candle); see docs/decision-cycle.md. */
export type CycleState =
  'analyzing' | 'sizing' | 'risk' | 'executing' | 'done' | 'no_signal' | 'refused' | 'timed_out' | 'failed';

export interface Counters {
  candles: number;
  signals: number;
  riskRequests: number;
  riskRefused: number;
  orders: number;
  fills: number;
  rejected: number;
}

/** What the analyst said of one symbol; `awaited` = it announced a signal that has not come yet. */
export type Analysis =
  | { readonly state: 'pending' }
  | { readonly state: 'awaited' }
  | { readonly state: 'none' }
  | { readonly state: 'signal'; readonly side: OrderSide; readonly confidence: number; readonly exits?: ExitTerms };

/** The candles of one close time, as the session takes them. */
export interface StepCandles {
  readonly openTimeMs: number;
  readonly closeTimeMs: number;
  /** Closing price by symbol, in the session's order. */
  readonly closes: Readonly<Record<string, string>>;
  readonly traceId: string;
  /** Wall clock of the candles' publication. */
  readonly publishedAtMs: number;
  readonly last: boolean;
  readonly simulated: boolean;
}

export interface PendingDecision {
  readonly phase: 'risk' | 'executing';
  readonly requestId: string;
  readonly orderId: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly confidence: number;
  readonly qty: string;
  /** Of a buy, as its signal says. */
  readonly exits?: ExitTerms;
  /** Risk's answer, when it has come. */
  readonly riskScore: number | null;
}

export interface Step extends StepCandles {
  /** Real time at which the orchestrator began it. */
  readonly startedAtMs: number;
  analyses: Record<string, Analysis>;
  /** Equity is marked, the day is rolled, halts are decided. */
  marked: boolean;
  /** Index in `symbols` of the symbol that is decided next. */
  cursor: number;
  /** The symbols that have a candle in this step, in the session's order. */
  readonly symbols: readonly string[];
  decision: PendingDecision | null;
}

export interface SessionSpec {
  readonly sessionId: string;
  readonly mode: OrchestrationMode;
  readonly symbols: readonly string[];
  readonly timeframe: TimeframeName;
  readonly strategy: string;
  readonly source: string;
  /** A paced feed (replay, simulator) waits for the desk; a live one does not. */
  readonly feed: 'replay' | 'simulator' | 'live';
  readonly historyFromMs: number;
  readonly fromMs: number | null;
  readonly toMs: number | null;
  /** Real time. */
  readonly createdAtMs: number;
}

export interface Session extends SessionSpec {
  status: SessionStatus;
  /** Why it failed. */
  failure: string | null;
  /** Domain time of the first candle's open; null before it. */
  startedAtMs: number | null;
  startEquityQuote: string | null;
  endEquityQuote: string | null;
  /** Real time of the end. */
  endedAtMs: number | null;
  lastCloseTimeMs: number | null;
  /** Close of the last step that is over, marked or given up. */
  doneCloseTimeMs: number | null;
  counters: Counters;
  cycles: Record<string, CycleState>;
  step: Step | null;
  /** Steps that came while one was in work, oldest first. */
  queue: StepCandles[];
  /** The executor's word on the newest candles: their close, the account's last fill then, orders that still waited. */
  executed: { closeTimeMs: number; lastFillSeq: number; resting?: readonly string[] } | null;
}

/** A session before its first candle. */
export function openSession(spec: SessionSpec): Session {
  return {
    ...spec,
    status: 'running',
    failure: null,
    startedAtMs: null,
    startEquityQuote: null,
    endEquityQuote: null,
    endedAtMs: null,
    lastCloseTimeMs: null,
    doneCloseTimeMs: null,
    counters: { candles: 0, signals: 0, riskRequests: 0, riskRefused: 0, orders: 0, fills: 0, rejected: 0 },
    cycles: {},
    step: null,
    queue: [],
    executed: null,
  };
}
