import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseQuery } from '../support/monitoring/prom-ql.js';
import { programOf } from '../support/monitoring/programs.js';
import { countRuleCases, readRules, ruleTestFiles } from '../support/monitoring/rule-files.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const promtool = programOf('promtool');
const { alerts, records } = readRules();

/** What must not go unseen. */
const WANTED =
  `AgentDown AgentMissing AgentNotReady AgentHeartbeatLate EventLoopLagHigh ErrorBudgetBurnFast ErrorBudgetBurnSlow
  LatencyBudgetBurn StreamLagHigh StreamLagCritical StreamPendingStuck StreamConsumerStuck StreamNoConsumer StreamTrimmedUnread
  DeadLetterGrowing DeadLetterBurst MarketDataStale MarketDataAbsent OrderRejectRatioHigh OrderAckSlow OrderStateUnknown
  PositionMismatch PositionWithoutStop TradingHalted DailyLossNearLimit SlackSignatureFailures RedisDown RedisMemoryHigh RedisEvicting
  RedisPolicyWrong RedisAofOff RedisAofWriteFailing PostgresDown PostgresConnectionsHigh PostgresLongTransaction
  PostgresDeadlocks DiskLow DiskFullIn24h MemoryLow OomKill ClockSkew CertExpiresSoon ClientCertExpiresSoon BackupMissing
  BackupStale RestoreDrillStale ExporterDown AlertNotificationsFailing PrometheusRuleFailing Watchdog`.split(/\s+/);

describe('the alerts', () => {
  it('are those that are wanted', () => {
    expect([...new Set(alerts.map(({ alert }) => alert))].sort()).toEqual([...WANTED].sort());
  });

  it('are written in PromQL', () => {
    const faults = [...alerts, ...records].flatMap(({ expr }) => parseQuery(expr).faults);
    expect(faults).toEqual([]);
  });

  it('each have a test in which they fire and one in which they stay silent', () => {
    const counts = countRuleCases();
    const untested = WANTED.filter((alert) => {
      const { fires, silent } = counts.get(alert) ?? { fires: 0, silent: 0 };
      return fires === 0 || (silent === 0 && alert !== 'Watchdog');
    });
    expect(untested).toEqual([]);
  });

  it('tell at once that trading is halted', () => {
    const halts = alerts.filter(({ alert }) => alert === 'TradingHalted');
    expect(halts.map((rule) => [rule.for, rule.labels.severity])).toEqual([
      [undefined, 'critical'],
      [undefined, 'warning'],
    ]);
  });

  it.each(alerts.map(({ alert, annotations }) => [alert, annotations.runbook_url] as const))(
    '%s has a runbook section that says what it means, where to look first and what to do',
    (alert, url) => {
      const [file = '', anchor = ''] = url.split('#');
      expect(anchor).toBe(alert.toLowerCase());
      const sections = readFileSync(root + file, 'utf8').split(/^## /m);
      const section = sections.find((text) => text.startsWith(`${alert}\n`)) ?? '';
      const parts = [...section.matchAll(/^\*\*(.+?)\.\*\*/gm)].map(([, title]) => title);
      expect(parts).toEqual(['Meaning', 'First look', 'Remedy']);
      expect(section).toMatch(/^```sh$/m);
    },
  );
});

describe('promtool', () => {
  it.skipIf(promtool.isAbsent)(`finds prometheus.yml and the rules valid (${promtool.needs})`, async () => {
    await run(promtool.path, ['check', 'config', `${root}prometheus/prometheus.yml`]);
  });

  it.skipIf(promtool.isAbsent).each(ruleTestFiles)(`lets every case of %s pass (${promtool.needs})`, async (file) => {
    await run(promtool.path, ['test', 'rules', root + file]);
  });
});
