import type { Finding } from './check.js';
import { countByStatus } from './examine.js';
import type { Status } from './verdict.js';

const WORDS: Readonly<Record<Status, string>> = { ok: 'ok', warning: 'WARNING', failure: 'FAILED', skipped: 'skipped' };

/** Lines for a person: one a check, and what to do below those that need it. */
export function renderFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ id }) => id.length));
  const lines = findings.flatMap(({ id, status, title, evidence, remedy }) => [
    `${WORDS[status].padEnd(8)} ${id.padEnd(width)}  ${status === 'ok' || status === 'skipped' ? evidence : `not so: ${title}. ${evidence}`}`,
    ...(remedy === undefined ? [] : [`${' '.repeat(9 + width)}  -> ${remedy}`]),
  ]);
  const { ok, warning, failure, skipped } = countByStatus(findings);
  return [...lines, '', `${ok} ok, ${warning} warnings, ${failure} failed, ${skipped} skipped`].join('\n');
}
