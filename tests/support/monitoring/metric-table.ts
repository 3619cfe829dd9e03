import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const page = fileURLToPath(new URL('../../../docs/monitoring.md', import.meta.url));

/** Metrics of the table "What the desk exports": the first column, without its labels. */
export function documentedMetrics(): readonly string[] {
  const table =
    readFileSync(page, 'utf8')
      .split(/^## /m)
      .find((section) => section.startsWith('What the desk exports')) ?? '';
  return [...table.matchAll(/^\| `([a-z_]+)/gm)].map(([, name = '']) => name);
}
