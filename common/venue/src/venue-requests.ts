import { budgetFeedbackOf } from '@octant/platform/ccxt/budget-feedback';
import type { RateBudget } from '@octant/platform/rate-budget/rate-budget';
import { AppError, TransientError } from '@octant/platform/errors/errors';
import { REQUEST_PRIORITY } from '@octant/trading/exchange/venue-budgets';
import type { Logger } from 'pino';
import { RequestTracer, type RequestTrace, type TracedClient } from './ccxt-reply.js';
import { classifyFailure, reasonOf, type ReplyJudge } from './classify-failure.js';
import { VenueFailureError } from './venue-failure.js';

/** What requests weigh, by what they ask for. */
export interface RequestWeights {
  readonly markets: number;
  /** Placing or changing one order. */
  readonly order: number;
  readonly cancel: number;
  /** One order, the clock, the key's rights, a timer. */
  readonly query: number;
  /** Open orders, a page of orders or fills, balances. */
  readonly history: number;
}

/** What a venue's requests cost, and where it is taken from. */
export interface VenueLimits {
  /** Weight of all requests. */
  readonly requests: RateBudget;
  /** Orders by number. */
  readonly orders: RateBudget;
  readonly weights: RequestWeights;
  /** Ends a wait for the budget. */
  readonly stopping?: AbortSignal | undefined;
}

export interface VenueRequest {
  readonly weight: keyof RequestWeights;
  readonly priority: keyof typeof REQUEST_PRIORITY;
  /** Orders that it places. */
  readonly orders?: number;
  readonly maxWaitMs?: number;
}

/** Makes one request. @throws VenueFailureError saying what became of it. */
export type Ask = <Answer>(
  request: VenueRequest,
  ask: (trace: Readonly<RequestTrace>) => Promise<Answer>,
) => Promise<Answer>;

export interface VenueRequestsOptions {
  readonly client: TracedClient;
  readonly judge: ReplyJudge;
  readonly limits: VenueLimits | undefined;
  readonly logger: Pick<Logger, 'warn'>;
  readonly now: () => number;
}

const LONGEST_WAIT_MS = 30_000;

/** All requests to one venue: within the budget, traced, and told apart when they fail. */
export function openVenueRequests({ client, judge, limits, logger, now }: VenueRequestsOptions): Ask {
  const tracer = new RequestTracer(now);
  tracer.attach(client);
  return async (request, ask) => {
    await takeBudget(limits, request);
    const trace: RequestTrace = { sent: false, reply: undefined, sentAtMs: 0, answeredAtMs: 0 };
    try {
      const answer = await tracer.run(trace, ask);
      tellBudget(trace, false);
      return answer;
    } catch (error) {
      if (error instanceof AppError || error instanceof VenueFailureError) throw error;
      const failure = classifyFailure({ ...trace, error }, judge);
      tellBudget(trace, failure.kind === 'not_done');
      // Without its cause: ccxt's messages have URLs with signatures in them.
      throw new VenueFailureError(failure);
    }
  };

  /** In the background: an order's outcome must not depend on Redis. */
  function tellBudget({ reply }: RequestTrace, limited: boolean): void {
    const feedback = budgetFeedbackOf(reply?.headers, limited && (reply?.status === 429 || reply?.status === 418));
    if (feedback === undefined || limits === undefined) return;
    limits.requests.feedBack(feedback).catch((error: unknown) => {
      logger.warn({ reason: reasonOf(error) }, 'the rate budget was not told what the venue said of it');
    });
  }
}

async function takeBudget(limits: VenueLimits | undefined, request: VenueRequest): Promise<void> {
  if (limits === undefined) return;
  const priority = REQUEST_PRIORITY[request.priority];
  const shared = { priority, maxWaitMs: request.maxWaitMs ?? LONGEST_WAIT_MS, signal: limits.stopping };
  try {
    await limits.requests.take({ ...shared, weight: limits.weights[request.weight] });
    if (request.orders !== undefined) await limits.orders.take({ ...shared, weight: request.orders });
  } catch (error) {
    // Cancelling does not wait for Redis to come back.
    if (request.priority === 'cancel' && error instanceof TransientError && error.code === 'redis_unavailable') return;
    const retryAfterMs = error instanceof TransientError ? error.retryAfterMs : undefined;
    throw new VenueFailureError({ kind: 'not_done', reason: reasonOf(error), retryAfterMs }, error);
  }
}
