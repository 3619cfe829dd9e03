import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseYaml } from '@octant/platform/config/parse-yaml';
import { describe, expect, it } from 'vitest';
import { allBoards } from '../../scripts/launcher/src/dashboards/all-boards.js';
import { lines } from '../../scripts/launcher/src/dashboards/panel.js';
import { renderBoard } from '../../scripts/launcher/src/dashboards/render-board.js';
import { part } from '../support/agent-desk.js';
import { parseQuery } from '../support/monitoring/prom-ql.js';
import { dashboardSchema, type Dashboard } from './dashboard-schema.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(root + path, 'utf8');

/** Fixed for ever: people have links to them. */
const UIDS = {
  ops: 'octant-ops',
  pipeline: 'octant-pipeline',
  execution: 'octant-execution',
  'market-data': 'octant-market-data',
  services: 'octant-services',
  redis: 'octant-redis',
  postgres: 'octant-postgres',
  edge: 'octant-edge',
  optimizer: 'octant-optimizer',
};

/** Titles of panels that share a cell with another one. */
function overlaps({ panels }: Dashboard): readonly string[] {
  const taken = new Set<string>();
  return panels
    .filter(({ gridPos: { x, y, w, h } }) => {
      const cells = Array.from(
        { length: w * h },
        (_, cell) => `${String(x + (cell % w))} ${String(y + Math.floor(cell / w))}`,
      );
      const isTaken = cells.some((cell) => taken.has(cell));
      for (const cell of cells) taken.add(cell);
      return isTaken;
    })
    .map(({ title }) => title);
}

describe('the dashboards', () => {
  it('are those that are wanted, under their fixed uids', () => {
    const files = readdirSync(`${root}grafana/dashboards`);
    const uids = files.map((file) => [
      file.replace('.json', ''),
      part(JSON.parse(read(`grafana/dashboards/${file}`)), 'uid'),
    ]);
    expect(Object.fromEntries(uids)).toEqual(UIDS);
  });

  it.each(allBoards)('$file.json is what its definition says; `npm run dashboards` writes it', (board) => {
    expect(read(`grafana/dashboards/${board.file}.json`)).toBe(renderBoard(board));
  });

  it.each(allBoards)('$file.json is as Grafana needs it', (board) => {
    const dashboard = dashboardSchema.parse(JSON.parse(read(`grafana/dashboards/${board.file}.json`)));
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(overlaps(dashboard)).toEqual([]);
  });

  it.each(allBoards)('$file.json asks in PromQL', (board) => {
    const queries = board.rows.flatMap(({ panels }) => panels.flatMap((panel) => panel.queries));
    expect(queries.flatMap(({ expr }) => parseQuery(expr).faults)).toEqual([]);
  });

  it('with a wrong width, or a query that is none, do not pass', () => {
    const wide = lines({ title: 'x', about: 'x', unit: 'none', width: 25 }, { expr: 'up' });
    const board = { uid: 'x', file: 'x', title: 'x', about: 'x', rows: [{ title: 'x', panels: [wide] }] };
    expect(dashboardSchema.safeParse(JSON.parse(renderBoard(board))).success).toBe(false);
    expect(parseQuery('sum by (x (up)').faults).not.toEqual([]);
    expect(parseQuery('rate(a_total{b="c"}[$__rate_interval]) / on (d) e_seconds')).toEqual({
      metrics: ['a_total', 'e_seconds'],
      faults: [],
    });
  });
});

describe('the provisioning', () => {
  const sources = parseYaml(read('grafana/provisioning/datasources/datasources.yml'), 'datasources.yml');
  const providers = parseYaml(read('grafana/provisioning/dashboards/dashboards.yml'), 'dashboards.yml');

  it('has the sources that dashboards name, under fixed uids', () => {
    const list = part(sources, 'datasources') as { uid: string; type: string; url: string; editable: boolean }[];
    expect(list.map(({ uid, type, url, editable }) => [uid, type, url, editable])).toEqual([
      ['prometheus', 'prometheus', 'http://prometheus:9090', false],
      ['loki', 'loki', 'http://loki:3100', false],
      ['alertmanager', 'alertmanager', 'http://alertmanager:9093', false],
    ]);
  });

  it('reads the dashboards from the folder that is mounted, and lets nobody change them in the browser', () => {
    expect(part(providers, 'providers', 0)).toMatchObject({
      type: 'file',
      allowUiUpdates: false,
      options: { path: '/var/lib/grafana-dashboards' },
    });
  });
});
