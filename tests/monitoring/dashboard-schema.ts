import { z } from 'zod';
import { UNITS } from '../../scripts/launcher/src/dashboards/panel.js';

const COLUMNS = 24;
const source = z.strictObject({ type: z.literal('prometheus'), uid: z.literal('prometheus') });
const place = z
  .strictObject({
    x: z.int().min(0),
    y: z.int().min(0),
    w: z.int().min(1),
    h: z.int().min(1),
  })
  .refine(({ x, w }) => x + w <= COLUMNS, `expected at most ${String(COLUMNS)} columns`);

const target = z.strictObject({
  refId: z.string().regex(/^[A-Z]$/),
  datasource: source,
  expr: z.string().min(1),
  legendFormat: z.string().min(1).optional(),
  range: z.boolean(),
  instant: z.literal(true).optional(),
  format: z.literal('table').optional(),
});

const step = z.strictObject({ color: z.enum(['green', 'orange', 'red']), value: z.number().nullable() });

const row = z.strictObject({
  id: z.int().min(1),
  type: z.literal('row'),
  title: z.string().min(1),
  collapsed: z.literal(false),
  gridPos: place,
  panels: z.array(z.never()),
});

const panel = z.strictObject({
  id: z.int().min(1),
  type: z.enum(['stat', 'timeseries', 'table']),
  title: z.string().min(1),
  description: z.string().min(1),
  gridPos: place,
  datasource: source,
  fieldConfig: z.strictObject({
    defaults: z.looseObject({
      unit: z.enum(UNITS),
      color: z.strictObject({ mode: z.enum(['palette-classic', 'thresholds']) }),
      thresholds: z.strictObject({
        mode: z.literal('absolute'),
        // Grafana wants the lowest step without a limit, and the others in order.
        steps: z
          .array(step)
          .min(1)
          .refine(
            (steps) => steps.every(({ value }, index) => (value === null) === (index === 0)),
            'expected null first',
          )
          .refine((steps) => {
            const limits = steps.slice(1).map(({ value }) => value ?? 0);
            return limits.every((limit, index) => index === 0 || limit >= (limits[index - 1] ?? 0));
          }, 'expected rising limits'),
      }),
    }),
    overrides: z.array(z.never()),
  }),
  options: z.record(z.string(), z.unknown()),
  targets: z.array(target).min(1),
  transformations: z.array(z.looseObject({ id: z.string() })).optional(),
});

/** What Grafana needs of a dashboard that is provisioned from a file; it publishes no schema of its own. */
export const dashboardSchema = z.strictObject({
  uid: z.string().regex(/^[a-z-]{1,40}$/),
  title: z.string().min(1),
  description: z.string().min(1),
  tags: z.array(z.string()),
  schemaVersion: z.int().min(39),
  version: z.int(),
  editable: z.literal(false),
  timezone: z.literal('utc'),
  refresh: z.string(),
  time: z.strictObject({ from: z.string(), to: z.string() }),
  links: z.array(z.looseObject({ type: z.literal('dashboards') })),
  templating: z.strictObject({ list: z.array(z.never()) }),
  annotations: z.strictObject({ list: z.array(z.never()) }),
  panels: z.array(z.union([row, panel])).min(1),
});

export type Dashboard = z.infer<typeof dashboardSchema>;
export type DashboardPanel = z.infer<typeof panel>;
