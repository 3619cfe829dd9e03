import type { TimeframeName } from '@octant/trading/messages/envelope';
import type { ParameterSet } from '@octant/trading/optimize/search-space';

export type JobStatus = 'queued' | 'running' | 'done' | 'failed';

/** What is searched, on which candles. */
export interface JobPlan {
  readonly jobId: string;
  readonly requestId: string;
  readonly traceId: string;
  readonly strategy: string;
  readonly symbols: readonly string[];
  readonly source: string;
  readonly timeframe: TimeframeName;
  /** Open times, from inclusive, to exclusive; without it the newest stored candles. */
  readonly window: { readonly fromMs: number; readonly toMs: number } | undefined;
  readonly reason: string;
}

export interface Job extends JobPlan {
  readonly status: JobStatus;
  readonly trialsDone: number;
  readonly trialsTotal: number;
  readonly attempts: number;
  readonly outcome: Outcome | undefined;
  readonly failure: string | undefined;
  readonly createdAt: string;
  readonly startedAt: string | undefined;
  readonly finishedAt: string | undefined;
}

/** Backtest figures; null where one is undefined. */
export interface Figures {
  readonly candles: number;
  /** Closed round trips. */
  readonly trades: number;
  readonly winRate: number | null;
  readonly profitFactor: number | null;
  readonly sharpe: number | null;
  /** Positive ratio. */
  readonly maxDD: number;
  readonly returnRatio: number;
  readonly feesQuote: string;
}

/** The recommended and the current parameters on one part of the candles. */
export interface Comparison {
  /** Open time of the first candle, and close time of the last. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly recommended: Figures;
  readonly current: Figures;
}

export interface Outcome {
  readonly recommended: ParameterSet;
  readonly current: ParameterSet;
  readonly trials: number;
  /** The recommended set beats the current one on the holdout. */
  readonly better: boolean;
  readonly search: Comparison;
  readonly holdout: Comparison;
}
