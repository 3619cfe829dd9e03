import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseYaml } from '@octant/platform/config/parse-yaml';
import { z } from 'zod';

const root = fileURLToPath(new URL('../../..', import.meta.url));

const alertRule = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning', 'none']) }),
  annotations: z.strictObject({ summary: z.string(), description: z.string(), runbook_url: z.string() }),
});
const recordingRule = z.strictObject({ record: z.string(), expr: z.string() });
const ruleFile = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(z.union([alertRule, recordingRule])) })),
});

const testFile = z.strictObject({
  rule_files: z.array(z.string()),
  evaluation_interval: z.string(),
  tests: z.array(
    z.strictObject({
      name: z.string(),
      interval: z.string(),
      input_series: z.array(z.strictObject({ series: z.string(), values: z.string() })),
      alert_rule_test: z.array(
        z.strictObject({ eval_time: z.string(), alertname: z.string(), exp_alerts: z.array(z.unknown()) }),
      ),
    }),
  ),
});

export type AlertRule = z.infer<typeof alertRule> & { readonly file: string };
export type RecordingRule = z.infer<typeof recordingRule>;

function filesOf(folder: string): readonly string[] {
  return readdirSync(`${root}${folder}`).map((name) => `${folder}/${name}`);
}

function read<Value>(file: string, schema: z.ZodType<Value>): Value {
  return schema.parse(parseYaml(readFileSync(`${root}${file}`, 'utf8'), file));
}

/** Every rule of `prometheus/rules`. @throws ZodError for a file that is none. */
export function readRules(): { readonly alerts: readonly AlertRule[]; readonly records: readonly RecordingRule[] } {
  const alerts: AlertRule[] = [];
  const records: RecordingRule[] = [];
  for (const file of filesOf('prometheus/rules')) {
    for (const rule of read(file, ruleFile).groups.flatMap(({ rules }) => rules)) {
      if ('alert' in rule) alerts.push({ ...rule, file });
      else records.push(rule);
    }
  }
  return { alerts, records };
}

/** Files of `prometheus/tests`, relative to the repository. */
export const ruleTestFiles = filesOf('prometheus/tests');

/** Alert by alert, how many cases want it to fire and how many want it silent. */
export function countRuleCases(): ReadonlyMap<string, { fires: number; silent: number }> {
  const counts = new Map<string, { fires: number; silent: number }>();
  for (const { alert_rule_test: cases } of ruleTestFiles.flatMap((file) => read(file, testFile).tests)) {
    for (const { alertname, exp_alerts: expected } of cases) {
      const count = counts.get(alertname) ?? { fires: 0, silent: 0 };
      count[expected.length > 0 ? 'fires' : 'silent'] += 1;
      counts.set(alertname, count);
    }
  }
  return counts;
}
