import type { CaseResult } from './case-runner.js';

const columns = ['host', 'what', 'certificate', 'session', 'token', 'expected', 'got'] as const;
type Row = Readonly<Record<(typeof columns)[number], string>>;

/** The results as a table, expected beside got; requests that differ only in their path are one row. */
export function accessTable(results: readonly CaseResult[]): string {
  const groups = new Map<string, { row: Row; requests: string[] }>();
  for (const { asked, got } of results) {
    const { host, certificate, session, token, expected, oddity } = asked;
    const keys = { host, certificate, session, token, expected, got: got === expected ? got : `${got} (DIFFERS)` };
    const id = JSON.stringify([keys, oddity]);
    const group = groups.get(id) ?? { row: { ...keys, what: oddity }, requests: [] };
    group.requests.push(`${asked.method} ${asked.path}`);
    groups.set(id, group);
  }
  const rows = [...groups.values()].map(({ row, requests }) => ({ ...row, what: describe(row.what, requests) }));
  const head = Object.fromEntries(columns.map((name) => [name, name])) as Row;
  const widths = columns.map((name) => Math.max(...[head, ...rows].map((row) => row[name].length)));
  const line = (row: Row) =>
    columns
      .map((name, index) => row[name].padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

function describe(oddity: string, requests: readonly string[]): string {
  const [first = '', ...more] = [...new Set(requests)];
  const text = more.length === 0 ? first : `${first} and ${String(more.length)} more`;
  return oddity === '' ? text : `${text} (${oddity})`;
}

/** Those that did not come out as expected, one a line. */
export function differences(results: readonly CaseResult[]): string[] {
  return results
    .filter(({ asked, got }) => got !== asked.expected)
    .map(({ asked, got }) => {
      const { host, method, path, certificate, session, token, expected, oddity } = asked;
      const keys = `certificate ${certificate}, session ${session}, token ${token}`;
      return `${host} ${method} ${path} (${keys}${oddity === '' ? '' : `, ${oddity}`}): expected ${expected}, was ${got}`;
    });
}
