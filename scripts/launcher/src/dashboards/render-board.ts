import type { Board, Panel, PanelKind, Row } from './panel.js';

const SCHEMA_VERSION = 41;
const COLUMNS = 24;
const HEIGHTS: Readonly<Record<PanelKind, number>> = { stat: 4, timeseries: 8, table: 8 };
const SOURCE = { type: 'prometheus', uid: 'prometheus' };

interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** The dashboard as Grafana reads it: rows below each other, panels from left to right, ids in reading order. */
export function renderBoard({ uid, title, about, rows }: Board): string {
  const panels: object[] = [];
  let y = 0;
  for (const row of rows) {
    panels.push(renderRow(row, { id: panels.length + 1, y }));
    y += 1;
    for (const { panel, place, end } of placePanels(row.panels, y)) {
      panels.push(renderPanel(panel, { id: panels.length + 1, place }));
      y = end;
    }
  }
  const board = {
    uid,
    title,
    description: about,
    tags: ['octant'],
    schemaVersion: SCHEMA_VERSION,
    version: 1,
    editable: false,
    timezone: 'utc',
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    links: [{ title: 'Octant', type: 'dashboards', tags: ['octant'], asDropdown: true, keepTime: true }],
    templating: { list: [] },
    annotations: { list: [] },
    panels,
  };
  return `${JSON.stringify(board, null, 2)}\n`;
}

function renderRow({ title }: Row, { id, y }: { id: number; y: number }): object {
  return { id, type: 'row', title, collapsed: false, gridPos: { x: 0, y, w: COLUMNS, h: 1 }, panels: [] };
}

/** `end`: the first line below what has been placed so far. */
function placePanels(panels: readonly Panel[], top: number): { panel: Panel; place: Place; end: number }[] {
  let x = 0;
  let y = top;
  let tallest = 0;
  return panels.map((panel) => {
    const h = HEIGHTS[panel.kind];
    if (x + panel.width > COLUMNS) {
      x = 0;
      y += tallest;
      tallest = 0;
    }
    const place = { x, y, w: panel.width, h };
    x += panel.width;
    tallest = Math.max(tallest, h);
    return { panel, place, end: y + tallest };
  });
}

function renderPanel(panel: Panel, { id, place }: { id: number; place: Place }): object {
  return {
    id,
    type: panel.kind,
    title: panel.title,
    description: panel.about,
    gridPos: place,
    datasource: SOURCE,
    fieldConfig: { defaults: renderField(panel), overrides: [] },
    options: OPTIONS[panel.kind],
    targets: panel.queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode(65 + index),
      datasource: SOURCE,
      expr,
      ...(legend === undefined ? {} : { legendFormat: legend }),
      ...(panel.kind === 'timeseries' ? { range: true } : { instant: true, range: false }),
      ...(panel.kind === 'table' ? { format: 'table' } : {}),
    })),
    ...(panel.kind === 'table' ? { transformations: [HIDE_TIME] } : {}),
  };
}

const HIDE_TIME = { id: 'organize', options: { excludeByName: { Time: true } } };

const OPTIONS: Readonly<Record<PanelKind, object>> = {
  stat: {
    reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
    colorMode: 'background',
    graphMode: 'area',
  },
  timeseries: {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
    tooltip: { mode: 'multi', sort: 'desc' },
  },
  table: { showHeader: true },
};

function renderField({ kind, unit, decimals, steps, words }: Panel): object {
  return {
    unit,
    ...(decimals === undefined ? {} : { decimals }),
    ...(words === undefined ? {} : { mappings: [{ type: 'value', options: renderWords(words) }] }),
    ...(kind === 'timeseries'
      ? { custom: { lineWidth: 1, fillOpacity: 10, spanNulls: false, showPoints: 'never' } }
      : {}),
    color: { mode: kind === 'timeseries' ? 'palette-classic' : 'thresholds' },
    thresholds: { mode: 'absolute', steps: renderSteps(steps) },
  };
}

/** The lowest step has no limit below it. */
function renderSteps(steps: Panel['steps'] = [{ from: 0, color: 'green' }]): object[] {
  return steps.map(({ from, color }, index) => ({ color, value: index === 0 ? null : from }));
}

function renderWords(words: Readonly<Record<string, string>>): object {
  return Object.fromEntries(Object.entries(words).map(([value, text], index) => [value, { text, index }]));
}
