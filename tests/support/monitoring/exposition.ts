import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../monitoring/recorded/', import.meta.url));

/** Names of the samples in a text that Prometheus scrapes; of a histogram those with `_bucket`, `_sum` and `_count`. */
export function sampleNames(text: string): readonly string[] {
  const names = new Set<string>();
  for (const line of text.split('\n')) {
    const name = /^[A-Za-z_:][\w:]*/.exec(line)?.[0];
    if (name !== undefined) names.add(name);
  }
  return [...names];
}

/** Names of the metrics that a text declares, as their authors call them: a histogram has one. */
export function familyNames(text: string): readonly string[] {
  return [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name);
}

/** What exporters answered once, by the name of their job in `prometheus.yml`. */
export const recordedExpositions: ReadonlyMap<string, string> = new Map(
  readdirSync(folder).map((file) => [file.replace('.prom', ''), readFileSync(folder + file, 'utf8')]),
);

/** Metrics that Prometheus makes itself. */
export const SYNTHETIC_METRICS: readonly string[] = ['up', 'ALERTS'];
