/** 0 is the most urgent. What they stand for is the caller's; a lower one may not use what is kept back for a higher one. */
export type BudgetPriority = 0 | 1 | 2 | 3;

/** Share of the capacity that must be left after a request of each priority. */
export const BUDGET_RESERVE_RATIO: Readonly<Record<BudgetPriority, number>> = { 0: 0, 1: 0.1, 2: 0.25, 3: 0.5 };

export interface BudgetRequest {
  /** Above 0, in the budget's own unit. */
  readonly weight: number;
  readonly priority: BudgetPriority;
  /** Longest wait; 0 takes at once or not at all. */
  readonly maxWaitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What the other side said of our use. */
export interface BudgetFeedback {
  /** Weight used in the running minute, as it counts. */
  readonly usedWeight?: number | undefined;
  /** Nothing may be asked for so long. */
  readonly retryAfterMs?: number | undefined;
}

/** A budget of requests that all processes with the same Redis and prefix share. */
export interface RateBudget {
  /**
   * Resolves when the weight has been taken. Requests of a priority are served in their order within a process. One of
   * priority 3 that has waited ten seconds counts as 2, so that it does not starve; the reserves of 0 and 1 stay untouched.
   * @throws TransientError `rate_budget_exhausted` (with `retryAfterMs`) when it would take longer than `maxWaitMs`,
   * `rate_budget_aborted` when the signal aborts, `redis_unavailable` when Redis is away; PermanentError
   * `weight_above_budget` when the budget can never give so much at that priority.
   */
  take(request: BudgetRequest): Promise<void>;
  /** Lowers the level or closes the budget. @throws TransientError `redis_unavailable`. */
  feedBack(feedback: BudgetFeedback): Promise<void>;
}

/** What a budget tells of itself. */
export interface RateBudgetObserver {
  onTaken(event: { budget: string; priority: BudgetPriority; weight: number; waitedSeconds: number }): void;
  onRefused(event: { budget: string; priority: BudgetPriority }): void;
  onClosed(event: { budget: string; seconds: number }): void;
  /** `perMinute` is what the budget holds when nothing of it is used. */
  onLevel(event: { budget: string; tokens: number; perMinute: number }): void;
}
