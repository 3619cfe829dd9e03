import type { Check, Finding } from './check.js';
import type { Facts } from './facts.js';
import type { Status } from './verdict.js';

/** Runs the checks on the facts. Never throws: a check that does is a finding of its own. */
export function examine(checks: readonly Check[], facts: Facts): readonly Finding[] {
  return checks.map(({ id, title, examine: judge }) => {
    try {
      return { id, title, ...judge(facts) };
    } catch (error) {
      const evidence = `the check itself failed: ${error instanceof Error ? error.message : String(error)}`;
      return {
        id,
        title,
        status: 'failure',
        evidence,
        remedy: 'this is a bug of the doctor: report it with this line',
      };
    }
  });
}

/** 1 when something has failed, with `strict` also when something is to be watched; else 0. */
export function exitCodeOf(findings: readonly Finding[], { strict }: { readonly strict: boolean }): 0 | 1 {
  const bad: readonly Status[] = strict ? ['failure', 'warning'] : ['failure'];
  return findings.some(({ status }) => bad.includes(status)) ? 1 : 0;
}

/** How many findings there are of each status. */
export function countByStatus(findings: readonly Finding[]): Readonly<Record<Status, number>> {
  const counts = { ok: 0, warning: 0, failure: 0, skipped: 0 };
  for (const { status } of findings) counts[status] += 1;
  return counts;
}
