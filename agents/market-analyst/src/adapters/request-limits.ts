import type { RateBudget } from '@octant/platform/rate-budget/rate-budget';
import { REQUEST_PRIORITY } from '@octant/trading/exchange/venue-budgets';

const LONGEST_WAIT_MS = 60_000;
const UNSAID_PAUSE_MS = 10_000;

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
  const retryAfterMs = retryAfterOf(headers) ?? (limited ? UNSAID_PAUSE_MS : undefined);
  const usedWeight = numberOf(headerOf(headers, 'x-mbx-used-weight-1m'));
  if (retryAfterMs === undefined && usedWeight === undefined) return;
  await budget.feedBack({ retryAfterMs, usedWeight });
}

/** `Retry-After` in seconds; its form with a date is not used by exchanges. */
function retryAfterOf(headers: unknown): number | undefined {
  const seconds = numberOf(headerOf(headers, 'retry-after'));
  return seconds === undefined ? undefined : seconds * 1000;
}

function headerOf(headers: unknown, name: string): unknown {
  if (typeof headers !== 'object' || headers === null) return undefined;
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}

function numberOf(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^\d+(\.\d+)?$/.test(value)) return undefined;
  return Number(value);
}
