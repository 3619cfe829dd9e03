import type { BudgetFeedback } from '../rate-budget/rate-budget.js';

const UNSAID_PAUSE_MS = 10_000;

/**
 * What an answer's headers say of our use: `Retry-After` in seconds (its form with a date is not used there) and the weight
 * that was used in the running minute.
 *
 * @param headers by name, in any case; what is no object says nothing.
 * @param limited the answer said that there were too many requests: without a word of how long, ten seconds.
 * @returns undefined when nothing was said.
 */
export function budgetFeedbackOf(headers: unknown, limited: boolean): BudgetFeedback | undefined {
  const retryAfterMs = retryAfterOf(headers) ?? (limited ? UNSAID_PAUSE_MS : undefined);
  const usedWeight = numberOf(headerOf(headers, 'x-mbx-used-weight-1m'));
  return retryAfterMs === undefined && usedWeight === undefined ? undefined : { retryAfterMs, usedWeight };
}

function retryAfterOf(headers: unknown): number | undefined {
  const seconds = numberOf(headerOf(headers, 'retry-after'));
  return seconds === undefined ? undefined : seconds * 1000;
}

function headerOf(headers: unknown, name: string): unknown {
  if (typeof headers !== 'object' || headers === null) return undefined;
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}

function numberOf(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^\d{1,15}(\.\d+)?$/.test(value)) return undefined;
  return Number(value);
}
