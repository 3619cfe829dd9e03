import { budgetFeedbackOf } from '@octant/platform/ccxt/budget-feedback';
import type { RateBudget } from '@octant/platform/rate-budget/rate-budget';
import { REQUEST_PRIORITY } from '@octant/trading/exchange/venue-budgets';

const LONGEST_WAIT_MS = 60_000;

/** What a venue's requests cost, and where it is taken from. */
export interface RequestLimits {
  readonly budget: RateBudget;
  readonly weights: { readonly candles: number; readonly markets: number };
  /** Ends a wait for the budget. */
  readonly stopping?: AbortSignal | undefined;
}

/** Where a client keeps the headers of its last answer. */
interface HasHeaders {
  last_response_headers: unknown;
}

/** Takes the request's weight, makes it, and tells the budget what the answer's headers said. */
export async function withinLimits<Answer>(
  limits: RequestLimits | undefined,
  request: { kind: keyof RequestLimits['weights']; client: HasHeaders },
  ask: () => Promise<Answer>,
): Promise<Answer> {
  if (limits === undefined) return ask();
  const { budget, weights, stopping: signal } = limits;
  const { client, kind } = request;
  await budget.take({ weight: weights[kind], priority: REQUEST_PRIORITY.data, maxWaitMs: LONGEST_WAIT_MS, signal });
  client.last_response_headers = undefined;
  try {
    const answer = await ask();
    await tell(budget, client.last_response_headers, undefined);
    return answer;
  } catch (error) {
    await tell(budget, client.last_response_headers, error);
    throw error;
  }
}

async function tell(budget: RateBudget, headers: unknown, error: unknown): Promise<void> {
  const limited = error instanceof Error && ['RateLimitExceeded', 'DDoSProtection'].includes(error.name);
  const feedback = budgetFeedbackOf(headers, limited);
  if (feedback !== undefined) await budget.feedBack(feedback);
}
