import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { part } from '../support/agent-desk.js';
import { AlertmanagerFolder, LiveAlertmanager } from '../support/monitoring/live-alertmanager.js';
import { programOf } from '../support/monitoring/programs.js';
import { readRules } from '../support/monitoring/rule-files.js';

const run = promisify(execFile);
const amtool = programOf('amtool');
const alertmanager = programOf('alertmanager');
const folder = new AlertmanagerFolder();

afterAll(() => {
  folder.remove();
});

const slackUrl = 'https://hooks.slack.example/T/B/secret\n';

describe('the configuration of Alertmanager', () => {
  it('sends nowhere, and says so, while there is no webhook', async () => {
    const { config, said } = await folder.writeConfig('quiet', {});
    expect(said).toBe('alertmanager: Slack off, watchdog off');
    expect(part(config, 'receivers')).toEqual([{ name: 'ops' }, { name: 'critical' }, { name: 'watchdog' }]);
    expect(part(config, 'global')).toBeUndefined();
  });

  it('takes the webhook from its file, so that it stands in no configuration', async () => {
    const { path, said, config } = await folder.writeConfig('slack', {
      slackUrl,
      env: { ALERT_SLACK_CHANNEL: '#desk', ALERT_SLACK_CHANNEL_CRITICAL: '#desk-critical' },
    });
    expect(said).toBe('alertmanager: Slack to #desk, watchdog off');
    expect(readFileSync(path, 'utf8')).not.toContain('hooks.slack.example');
    expect(part(config, 'global', 'slack_api_url_file')).toBe(join(folder.path, 'slack.slack'));
    const channels = ['ops', 'critical'].map((_, index) =>
      part(config, 'receivers', index, 'slack_configs', 0, 'channel'),
    );
    expect(channels).toEqual(['#desk', '#desk-critical']);
  });

  it('sends critical alerts to the ops channel where they have none of their own', async () => {
    const { config } = await folder.writeConfig('one', { slackUrl, env: { ALERT_SLACK_CHANNEL: '#desk' } });
    expect(part(config, 'receivers', 1, 'slack_configs', 0, 'channel')).toBe('#desk');
  });

  it('refuses a channel that is none, with its name and value', async () => {
    const refused = folder.writeConfig('bad', { slackUrl, env: { ALERT_SLACK_CHANNEL: "#ops' x" } });
    await expect(refused).rejects.toMatchObject({
      code: 2,
      stderr: `ALERT_SLACK_CHANNEL: expected a Slack channel like #ops, was "#ops' x"\n`,
    });
  });

  it('silences only alerts that there are', async () => {
    const { config } = await folder.writeConfig('inhibit', {});
    const alerts = [...new Set(readRules().alerts.map(({ alert }) => alert))];
    const rules = part(config, 'inhibit_rules') as { source_matchers: string[]; target_matchers: string[] }[];
    const matchers = rules.flatMap((rule) => [...rule.source_matchers, ...rule.target_matchers]);
    const patterns = matchers.flatMap((matcher) => /^alertname=~?"(.+)"$/.exec(matcher)?.[1]?.split('|') ?? []);
    expect(patterns.length).toBeGreaterThan(20);
    const idle = patterns.filter((pattern) => !alerts.some((alert) => new RegExp(`^(${pattern})$`).test(alert)));
    expect(idle).toEqual([]);
  });

  it.skipIf(amtool.isAbsent)(`is valid, with and without integrations (${amtool.needs})`, async () => {
    for (const [name, setup] of [
      ['none', {}],
      ['all', { slackUrl, watchdogUrl: 'https://watch.example/x' }],
    ] as const) {
      const { path } = await folder.writeConfig(name, setup);
      await run(amtool.path, ['check-config', path]);
    }
  });

  it.skipIf(amtool.isAbsent).each([
    ['alertname=StreamLagHigh severity=warning', 'ops'],
    ['alertname=StreamLagCritical severity=critical', 'critical'],
    ['alertname=TradingHalted severity=critical', 'critical'],
    ['alertname=TradingHalted severity=warning', 'ops'],
    ['alertname=Watchdog severity=none', 'watchdog'],
    ['alertname=SomethingNew', 'ops'],
  ])(`routes %s to %s (${amtool.needs})`, async (labels, receiver) => {
    const { path } = await folder.writeConfig('routes', { slackUrl });
    const { stdout } = await run(amtool.path, [
      'config',
      'routes',
      'test',
      `--config.file=${path}`,
      ...labels.split(' '),
    ]);
    expect(stdout.trim()).toBe(receiver);
  });
});

describe.skipIf(alertmanager.isAbsent)(`Alertmanager (${alertmanager.needs})`, () => {
  let live: LiveAlertmanager;

  beforeAll(async () => {
    live = await LiveAlertmanager.start(alertmanager.path);
  }, 60_000);

  afterAll(() => live.stop());

  async function fire(...alerts: readonly Record<string, string>[]): Promise<void> {
    const body = alerts.map((labels) => ({
      labels,
      annotations: {
        summary: `${labels['alertname'] ?? ''} it is`,
        description: 'So it is.',
        runbook_url: 'docs/x.md#x',
      },
    }));
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${live.url}/api/v2/alerts`, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(answer.status).toBe(200);
  }

  it('posts a halt to Slack at once, with what it means and where to read on', async () => {
    await fire({ alertname: 'TradingHalted', severity: 'critical', reason: 'admin' });
    await live.until(() => live.posts.some(({ path }) => path === '/slack'));
    const { body } = live.posts.find(({ path }) => path === '/slack') ?? {};
    expect(part(body, 'channel')).toBe('#desk');
    expect(part(body, 'attachments', 0, 'title')).toBe('<!channel> 1 × TradingHalted');
    expect(part(body, 'attachments', 0, 'text')).toBe('*TradingHalted it is*\nSo it is.\nWhat to do: docs/x.md#x\n');
  });

  it('calls the watchdog while alerts work', async () => {
    await fire({ alertname: 'Watchdog', severity: 'none' });
    await live.until(() => live.posts.some(({ path }) => path === '/watchdog'));
  });

  it('keeps quiet about streams while Redis is down', async () => {
    await fire(
      { alertname: 'RedisDown', severity: 'critical' },
      { alertname: 'StreamLagCritical', severity: 'critical', stream: 'a', group: 'g' },
      { alertname: 'DiskLow', severity: 'critical', mountpoint: '/' },
    );
    const stateOf = async (): Promise<Record<string, unknown>> => {
      const list = (await (await fetch(`${live.url}/api/v2/alerts`)).json()) as unknown[];
      const states: Record<string, unknown> = {};
      for (const alert of list) states[String(part(alert, 'labels', 'alertname'))] = part(alert, 'status', 'state');
      return states;
    };
    await live.until(async () => (await stateOf())['StreamLagCritical'] === 'suppressed');
    expect(await stateOf()).toMatchObject({ RedisDown: 'active', StreamLagCritical: 'suppressed', DiskLow: 'active' });
  });
});
