export interface BackoffRule {
  readonly baseMs: number;
  readonly capMs: number;
}

const PATIENT_ATTEMPTS = 8;

/**
 * Delay before retry number `attempt` (from 1), ms: exponential, capped, with full jitter above one base, so the first
 * is 1 to 2 bases. A failure that says when to come back is believed for its first tries, and with at most half as much
 * on top; a persistent one is slowed down all the same.
 */
export function retryDelayMs(
  attempt: number,
  rule: BackoffRule,
  options: { random: () => number; retryAfterMs?: number | undefined },
): number {
  const { random, retryAfterMs } = options;
  if (retryAfterMs === undefined) return exponential(attempt, rule, random);
  const asked = retryAfterMs * (1 + random() / 2);
  if (attempt <= PATIENT_ATTEMPTS) return asked;
  return Math.max(asked, exponential(attempt - PATIENT_ATTEMPTS, rule, random));
}

function exponential(attempt: number, rule: BackoffRule, random: () => number): number {
  const ceilingMs = Math.min(rule.capMs, rule.baseMs * 2 ** Math.min(attempt - 1, 40));
  return Math.min(rule.capMs, rule.baseMs + random() * ceilingMs);
}
