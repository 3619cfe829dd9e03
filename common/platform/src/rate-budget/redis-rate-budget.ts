import { PermanentError, TransientError } from '../errors/errors.js';
import type { Clock } from '../time/clock.js';
import {
  BUDGET_RESERVE_RATIO,
  type BudgetFeedback,
  type BudgetPriority,
  type BudgetRequest,
  type RateBudget,
  type RateBudgetObserver,
} from './rate-budget.js';

/** A lowest-priority request that has waited so long counts as the next higher one. */
const PATIENCE_MS = 10_000;
/** The level is looked at this often at least: the other side's word may have changed it. */
const LONGEST_LOOK_MS = 1_000;

/** Runs the two scripts on one budget's key. */
export interface BudgetScripts {
  take(key: string, args: readonly number[]): Promise<unknown>;
  feedBack(key: string, args: readonly number[]): Promise<unknown>;
}

export interface RedisRateBudgetParts {
  readonly name: string;
  readonly key: string;
  /** Tokens, refilled within a minute. */
  readonly weightPerMinute: number;
  readonly scripts: BudgetScripts;
  readonly clock: Clock;
  readonly observer: RateBudgetObserver;
}

/** A token bucket in one Redis hash, refilled by the server's clock. */
export class RedisRateBudget implements RateBudget {
  readonly #parts: RedisRateBudgetParts;
  readonly #lines = new Map<BudgetPriority, Promise<void>>();

  constructor(parts: RedisRateBudgetParts) {
    this.#parts = parts;
  }

  async take(request: BudgetRequest): Promise<void> {
    this.#assertPossible(request);
    const { clock, observer, name } = this.#parts;
    const { priority, weight } = request;
    const startedAtMs = clock.monotonic();
    const ahead = this.#lines.get(priority) ?? Promise.resolve();
    let leave = (): void => undefined;
    const served = new Promise<void>((resolve) => {
      leave = resolve;
    });
    this.#lines.set(
      priority,
      ahead.then(() => served),
    );
    try {
      await this.#waitInLine(ahead, request);
      await this.#takeFirst(request, startedAtMs);
      observer.onTaken({ budget: name, priority, weight, waitedSeconds: (clock.monotonic() - startedAtMs) / 1000 });
    } finally {
      leave();
    }
  }

  async feedBack({ usedWeight, retryAfterMs }: BudgetFeedback): Promise<void> {
    const { scripts, key, weightPerMinute, observer, name } = this.#parts;
    const reply = await scripts.feedBack(key, [weightPerMinute, usedWeight ?? -1, retryAfterMs ?? 0]);
    observer.onLevel({ budget: name, tokens: Number(reply), perMinute: weightPerMinute });
    if (retryAfterMs !== undefined && retryAfterMs > 0)
      observer.onClosed({ budget: name, seconds: retryAfterMs / 1000 });
  }

  #assertPossible({ weight, priority }: BudgetRequest): void {
    const { weightPerMinute, name } = this.#parts;
    const most = weightPerMinute * (1 - BUDGET_RESERVE_RATIO[priority]);
    if (weight > 0 && weight <= most) return;
    const expected = `expected above 0 and at most ${String(most)} at priority ${String(priority)}`;
    throw new PermanentError(`weight of a request to ${name}: ${expected}, was ${String(weight)}`, {
      code: 'weight_above_budget',
    });
  }

  async #waitInLine(ahead: Promise<void>, { maxWaitMs, signal }: BudgetRequest): Promise<void> {
    const over = new AbortController();
    const until = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
    await Promise.race([ahead, this.#parts.clock.sleep(maxWaitMs, until)]);
    over.abort();
  }

  async #takeFirst(request: BudgetRequest, startedAtMs: number): Promise<void> {
    const { scripts, key, weightPerMinute, clock, observer, name } = this.#parts;
    const { weight, priority, maxWaitMs, signal } = request;
    for (;;) {
      if (signal?.aborted === true) throw aborted(name);
      const waitedMs = clock.monotonic() - startedAtMs;
      const counted = priority === 3 && waitedMs >= PATIENCE_MS ? 2 : priority;
      const reserve = weightPerMinute * BUDGET_RESERVE_RATIO[counted];
      const [granted, waitMs, tokens] = answerOf(await scripts.take(key, [weightPerMinute, weight, reserve]));
      observer.onLevel({ budget: name, tokens, perMinute: weightPerMinute });
      if (granted) return;
      const patientMs = counted === 3 ? Math.min(waitMs, Math.max(1, PATIENCE_MS - waitedMs)) : waitMs;
      if (waitedMs + patientMs > maxWaitMs) {
        observer.onRefused({ budget: name, priority });
        throw exhausted(name, waitMs);
      }
      await clock.sleep(Math.min(patientMs, LONGEST_LOOK_MS), signal);
    }
  }
}

function answerOf(reply: unknown): readonly [granted: boolean, waitMs: number, tokens: number] {
  const [granted, waitMs, tokens] = Array.isArray(reply) ? (reply as unknown[]) : [];
  return [granted === 1, Number(waitMs), Number(tokens)];
}

function aborted(name: string): TransientError {
  return new TransientError(`a request to ${name} was given up while it waited`, { code: 'rate_budget_aborted' });
}

function exhausted(name: string, retryAfterMs: number): TransientError {
  return new TransientError(`the rate budget of ${name} has nothing left for ${String(retryAfterMs)} ms`, {
    code: 'rate_budget_exhausted',
    retryAfterMs,
  });
}
