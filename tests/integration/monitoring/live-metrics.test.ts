import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { platformMetrics } from '@octant/platform/observe/metric-names';
import { startGuardian, type RunningGuardian } from '../../../guardian/src/start-guardian.js';
import { allBoards } from '../../../scripts/launcher/src/dashboards/all-boards.js';
import { AGENTS } from '../../../scripts/launcher/src/fleet/agents.js';
import {
  familyNames,
  recordedExpositions,
  sampleNames,
  SYNTHETIC_METRICS,
} from '../../support/monitoring/exposition.js';
import { LiveAlertmanager } from '../../support/monitoring/live-alertmanager.js';
import { LivePrometheus } from '../../support/monitoring/live-prometheus.js';
import { ADMIN_TOKEN, part } from '../../support/agent-desk.js';
import { documentedMetrics } from '../../support/monitoring/metric-table.js';
import { programOf } from '../../support/monitoring/programs.js';
import { parseQuery } from '../../support/monitoring/prom-ql.js';
import { readRules } from '../../support/monitoring/rule-files.js';
import { hourlyCandles } from '../../support/test-candles.js';
import { TestFleet } from '../../support/test-fleet.js';

const prometheus = programOf('prometheus');
const alertmanager = programOf('alertmanager');
const { alerts, records } = readRules();
const panels = allBoards.flatMap(({ file, rows }) =>
  rows.flatMap((row) => row.panels.flatMap(({ title, queries }) => queries.map(({ expr }) => ({ file, title, expr })))),
);

let fleet: TestFleet;
let guardian: RunningGuardian;
/** Everything that the desk answers on `/metrics` after it has traded. */
let scraped: string;

beforeAll(async () => {
  fleet = await TestFleet.start('monitoring', {
    'orchestrator.yaml': 'daily_target_pct: 50\nstart_equity: 1000\nsymbols: [BTC-USDT]\ndatasource: replay\n',
    'strategies/momentum.yaml':
      'name: momentum\nsymbols: [BTC-USDT]\nlookback: 10\nentry_threshold: 0.5\nexit_threshold: 0\nrisk_profile: aggressive\n',
  });
  guardian = await startGuardian({
    PORT: '0',
    LOG_LEVEL: 'silent',
    REDIS_URL: fleet.desk.redisUrl,
    OCTANT_REDIS_PREFIX: fleet.desk.prefix,
  });
  const candles = hourlyCandles('BTC-USDT', { from: '2021-04-20', count: 300 });
  const series = [{ symbol: 'BTC-USDT', candles }];
  const report = await fleet.replay({ series, mode: 'hybrid', strategy: 'momentum', timeframe: '1h' });
  expect(report.fills).toBeGreaterThan(0);
  const urls = [...AGENTS.map((agent) => fleet.url(agent)), guardian.url];
  // What is held is told anew each second.
  await vi.waitFor(
    async () => {
      const texts = await Promise.all(urls.map(async (url) => (await fetch(`${url}/metrics`)).text()));
      scraped = texts.join('\n');
      expect(scraped).toContain('position_local_qty{');
    },
    { timeout: 10_000, interval: 200 },
  );
}, 180_000);

afterAll(async () => {
  await guardian.stop();
  await fleet.stop();
});

describe('the metrics', () => {
  it('that rules and panels read are exported by the desk after it has traded, or by the exporters beside it', () => {
    const exported = new Set([
      ...SYNTHETIC_METRICS,
      ...records.map(({ record }) => record),
      ...sampleNames(scraped),
      ...[...recordedExpositions.values()].flatMap(sampleNames),
    ]);
    const readers = [...alerts, ...records, ...panels];
    const missing = readers.flatMap(({ expr }) => parseQuery(expr).metrics.filter((name) => !exported.has(name)));
    expect([...new Set(missing)]).toEqual([]);
  });

  it('of the desk are those of the table in docs/monitoring.md, no more and no fewer', () => {
    const made = familyNames(scraped).filter((name) => !/^(process|nodejs)_/.test(name));
    expect([...documentedMetrics()].sort()).toEqual([...new Set(made)].sort());
    expect(Object.keys(platformMetrics).filter((name) => !made.includes(name))).toEqual([]);
  });
});

describe.skipIf(prometheus.isAbsent)(`Prometheus over the running desk (${prometheus.needs})`, () => {
  let server: LivePrometheus;
  let receiver: LiveAlertmanager | undefined;

  beforeAll(async () => {
    const address = (url: string) => new URL(url).host;
    receiver = alertmanager.isAbsent ? undefined : await LiveAlertmanager.start(alertmanager.path);
    server = await LivePrometheus.start(
      prometheus.path,
      new Map([
        ...AGENTS.map((agent) => [`${agent}:7000`, address(fleet.url(agent))] as const),
        ['guardian:7000', address(guardian.url)],
        ...(receiver === undefined ? [] : [['alertmanager:9093', address(receiver.url)] as const]),
      ]),
    );
    // Rates need two scrapes, and what rules record one evaluation after them.
    await server.until(
      async () => (await server.query('count(count_over_time(up[1m]) > 4) == 15')).length > 0,
      'all is scraped',
    );
    await server.until(async () => (await server.query('service:http_slow:ratio_rate5m')).length > 0, 'rules have run');
  }, 120_000);

  afterAll(async () => {
    await server.stop();
    await receiver?.stop();
  });

  it('reaches every target', async () => {
    expect(await server.query('up == 0')).toEqual([]);
  });

  it.each(panels)('has a series for $title of $file: $expr', async ({ expr }) => {
    expect(await server.query(expr.replaceAll('$__rate_interval', '1m'))).not.toEqual([]);
  });

  it('sees no alert that a healthy desk should not raise', async () => {
    const firing = await server.query('count by (alertname) (ALERTS{alertstate="firing"})');
    // What exporters answered was recorded once, and grows old: its backups are stale by now.
    const ofTheDesk = alerts.filter(({ file }) => !/(host|backups)\.yml$/.test(file)).map(({ alert }) => alert);
    const names = firing.map(({ metric }) => metric['alertname'] ?? '').filter((name) => ofTheDesk.includes(name));
    expect(names).toEqual(['Watchdog']);
  });

  it.skipIf(alertmanager.isAbsent)(
    `brings an admin's halt to Slack within seconds (${alertmanager.needs})`,
    async () => {
      if (receiver === undefined) throw new Error('expected a running Alertmanager, was none');
      const live = receiver;
      const headers = { 'x-admin-token': ADMIN_TOKEN };
      const halt = await fleet.post('orchestrator', '/admin/orchestrate/halt', { reason: 'a drill' }, headers);
      expect(halt.status).toBe(200);
      const ofHalt = () =>
        live.posts.filter(({ body }) => String(part(body, 'attachments', 0, 'title')).includes('TradingHalted'));
      await live.until(() => ofHalt().length > 0);
      expect(part(ofHalt()[0]?.body, 'attachments', 0)).toMatchObject({
        title: '<!channel> 1 × TradingHalted',
        text: [
          '*Trading is halted: admin*',
          'Only orders that reduce exposure pass.',
          'What to do: docs/runbooks/trading.md#tradinghalted',
          '',
        ].join('\n'),
      });
    },
  );
});
