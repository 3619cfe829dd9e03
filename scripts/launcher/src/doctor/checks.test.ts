import { describe, expect, it } from 'vitest';
import { AGENTS } from '../fleet/agents.js';
import { allChecks } from './all-checks.js';
import { examine, exitCodeOf } from './examine.js';
import type { Facts, PostgresFacts, RedisFacts } from './facts.js';
import { HostFacts } from './host-facts.js';
import { renderFindings } from './render-findings.js';

const NOW = Date.parse('2026-11-27T12:00:00Z');
const NOW_S = NOW / 1000;

/** What a machine tells on which nothing is wrong. */
const HOST = [
  'clock.synchronised=yes',
  'clock.offset_s=0.0004',
  'disk=/ 30000000 50000000 90',
  'memory.total_kb=3900000',
  'memory.available_kb=1500000',
  'swap.total_kb=2097148',
  'ssh.port=22',
  'listen=0.0.0.0 22 sshd',
  'listen=0.0.0.0 80 docker-proxy',
  'listen=[::] 443 docker-proxy',
  'listen=127.0.0.53%lo 53 systemd-resolve',
  'docker.version=28.0.1',
  'compose.version=2.33.0',
  'node.fleet=v24.4.0',
  'env.octant_version=1.4.0',
  'secret=admin_token 440 0:20000 32 no',
  'secret=oauth2_client_id 440 0:20000 20 no',
  'secret=oauth2_client_secret 440 0:20000 40 no',
  'secret=alert_slack_webhook_url 440 0:20000 70 no',
  'secrets.folder=700 0:0',
  'container=orchestrator 0 false running',
  ...AGENTS.map((name) => `config=${name} ok`),
  'backup=backup',
  `backup.last_success=${NOW_S - 3600}`,
  `backup.last_drill=${NOW_S - 86_400}`,
  `backup.last_offsite=${NOW_S - 3500}`,
  'backup.offsite=yes',
  `certificate=server ${NOW_S + 100 * 86_400}`,
  `certificate=ca ${NOW_S + 3000 * 86_400}`,
  'ufw.active=yes',
  'ufw.deny=yes',
  'docker_user.v4=yes',
  'docker_user.v6=yes',
  'upgrades.on=yes',
  'upgrades.without_docker=yes',
  'reboot.required=no',
  'sshd.passwords=no',
  'fail2ban.active=yes',
];

/** The lines above, those that begin with `key=` replaced by the given ones. */
function hostWith(key: string, ...lines: readonly string[]): HostFacts {
  return new HostFacts([...HOST.filter((line) => !line.startsWith(`${key}=`)), ...lines].join('\n'));
}

const REDIS: RedisFacts = {
  version: '7.4.2',
  settings: { appendonly: 'yes', appendfsync: 'always', 'maxmemory-policy': 'noeviction', maxmemory: '402653184' },
  usedBytes: 50_000_000,
  lastWriteFailed: false,
  users: [
    { name: 'default', enabled: false, noPassword: true, mayDestroy: [] },
    { name: 'admin', enabled: true, noPassword: false, mayDestroy: ['FLUSHALL'] },
    ...AGENTS.map((name) => ({ name, enabled: true, noPassword: false, mayDestroy: [] })),
  ],
  mayReadLogBack: true,
  deadLetters: { 'exec.orders.dlq': 0 },
};

const role = (name: string) => ({ name, superuser: false, mayCreate: false, mayChangeAudit: false });
const POSTGRES: PostgresFacts = {
  version: '17.4',
  checksums: true,
  roles: [
    { name: 'postgres', superuser: true, mayCreate: true, mayChangeAudit: true },
    ...AGENTS.map((name) => role(name.replaceAll('-', '_'))),
  ],
  migrations: ['001_platform', '010_orchestrator'],
};

const seen = <Value>(value: Value) => ({ kind: 'seen', value }) as const;
const away = (reason: string) => ({ kind: 'unreachable', reason }) as const;

/** A fleet on which nothing is wrong, but for what is given. */
function aFleet(changes: Partial<Facts> = {}): Facts {
  return {
    desk: 'fleet',
    nowMs: NOW,
    nodeVersion: '24.4.0',
    host: new HostFacts(HOST.join('\n')),
    redis: seen(REDIS),
    postgres: seen(POSTGRES),
    agents: AGENTS.map((name) => ({
      name,
      health: seen({ healthy: true, state: 'ready', failed: [] }),
      version: '1.4.0',
    })),
    alerting: seen({ receivers: ['ops'], watchdogArrives: true, failedNotifications: 0 }),
    scrapes: seen({ alertmanagers: 1, down: [], up: 14 }),
    trading: seen({ exchange: 'paper', interlock: undefined, openDifferences: 0 }),
    guardian: seen('idle'),
    knownMigrations: ['001_platform', '010_orchestrator'],
    ...changes,
  };
}

const healthOf = (name: string, health: Facts['agents'][number]['health']): Partial<Facts> => ({
  agents: aFleet().agents.map((agent) => (agent.name === name ? { ...agent, health } : agent)),
});
const live = (changes: object) =>
  seen({ exchange: 'kraken', interlock: { environment: true, confirmedBy: 'ada' }, openDifferences: 0, ...changes });

/** A fault, the check that finds it, how bad it is, and what is shown for it. */
const faults: readonly (readonly [string, Partial<Facts>, string, string])[] = [
  [
    'node-version',
    { host: hostWith('node.fleet', 'node.fleet=v20.10.0') },
    'failure',
    'Node v20.10.0, expected 20.19.0 or newer',
  ],
  [
    'node-end-of-life',
    { host: hostWith('node.fleet', 'node.fleet=v20.20.2') },
    'warning',
    'Node 20 ended on 2026-04-30: it gets no fixes any more',
  ],
  [
    'node-end-of-life',
    { host: hostWith('node.fleet', 'node.fleet=v27.0.0') },
    'warning',
    'Node 27 is not a line with long support that is known here',
  ],
  [
    'program-versions',
    { redis: seen({ ...REDIS, version: '6.0.16' }) },
    'failure',
    'Redis 6.0.16, PostgreSQL 17.4, Docker Engine 28.0.1, Docker Compose 2.33.0',
  ],
  [
    'fleet-version',
    { host: hostWith('env.octant_version', 'env.octant_version=1.5.0'), agents: aFleet().agents.slice(0, 1) },
    'warning',
    'expected 1.5.0, was orchestrator 1.4.0',
  ],
  ['clock', { host: hostWith('clock.synchronised', 'clock.synchronised=no') }, 'failure', 'nothing keeps the clock'],
  ['clock', { host: hostWith('clock.offset_s', 'clock.offset_s=0.9') }, 'failure', 'the clock is 0.9 s off'],
  [
    'disk-space',
    { host: hostWith('disk', 'disk=/ 1000000 50000000 90') },
    'failure',
    '/: 1.0 GB free, 2 % of space or inodes',
  ],
  [
    'disk-space',
    { host: hostWith('disk', 'disk=/ 30000000 50000000 8') },
    'warning',
    '/: 28.6 GB free, 8 % of space or inodes',
  ],
  [
    'memory',
    { host: hostWith('memory.available_kb', 'memory.available_kb=100000') },
    'failure',
    '0.1 of 3.7 GB available, 2.0 GB of swap',
  ],
  [
    'memory',
    { host: hostWith('swap.total_kb', 'swap.total_kb=0') },
    'warning',
    '1.4 of 3.7 GB available, 0.0 GB of swap',
  ],
  [
    'open-ports',
    { host: hostWith('ufw.none', 'listen=0.0.0.0 6379 docker-proxy') },
    'warning',
    'also listening: 0.0.0.0:6379 (docker-proxy)',
  ],
  [
    'firewall',
    { host: hostWith('docker_user.v6', 'docker_user.v6=no') },
    'failure',
    'DOCKER-USER denies nothing over IPv6',
  ],
  ['firewall', { host: hostWith('ufw.active', 'ufw.active=no') }, 'failure', 'UFW is off'],
  [
    'ssh-access',
    { host: hostWith('sshd.passwords', 'sshd.passwords=yes') },
    'warning',
    'passwords are taken, fail2ban watches',
  ],
  [
    'unattended-upgrades',
    { host: hostWith('upgrades.on', 'upgrades.on=no') },
    'failure',
    'unattended upgrades are off',
  ],
  [
    'unattended-upgrades',
    { host: hostWith('upgrades.without_docker', 'upgrades.without_docker=no') },
    'warning',
    'Docker would be upgraded by itself, which restarts all containers',
  ],
  [
    'unattended-upgrades',
    { host: hostWith('reboot.required', 'reboot.required=yes') },
    'warning',
    'an update waits for a reboot',
  ],
  [
    'container-restarts',
    { host: hostWith('container', 'container=redis 7 false running') },
    'warning',
    'redis: 7 restarts',
  ],
  [
    'container-restarts',
    { host: hostWith('container', 'container=redis 1 true running') },
    'failure',
    'out of memory: redis',
  ],
  [
    'secret-files',
    { host: hostWith('secret', 'secret=admin_token 644 0:0 32 no') },
    'failure',
    'admin_token is 644 0:0, expected 440 0:20000',
  ],
  [
    'secret-files',
    { host: hostWith('secret', 'secret=admin_token 440 0:20000 16 yes') },
    'failure',
    "admin_token has the value of the documentation's example",
  ],
  [
    'secret-files',
    { host: hostWith('secrets.folder', 'secrets.folder=755 0:0') },
    'failure',
    'the folder is 755 0:0, expected 700',
  ],
  [
    'certificates',
    { host: hostWith('certificate', `certificate=server ${NOW_S - 7200}`) },
    'failure',
    'server ended 2.0 h ago',
  ],
  [
    'certificates',
    { host: hostWith('certificate', `certificate=clients/ada ${NOW_S + 5 * 86_400}`) },
    'warning',
    'clients/ada ends first, in 5.0 days',
  ],
  [
    'sign-in',
    { host: hostWith('secret', 'secret=oauth2_client_id 440 0:20000 0 no') },
    'warning',
    "empty: oauth2_client_id, oauth2_client_secret; the app's host answers with what to set",
  ],
  [
    'redis-durability',
    { redis: seen({ ...REDIS, settings: { ...REDIS.settings, appendfsync: 'everysec' } }) },
    'failure',
    'appendfsync is everysec, expected always',
  ],
  [
    'redis-durability',
    { redis: seen({ ...REDIS, lastWriteFailed: true }) },
    'failure',
    'the last write of its files failed',
  ],
  [
    'redis-durability',
    { redis: seen({ ...REDIS, mayReadLogBack: false }) },
    'failure',
    'the user default has no rights, and what scripts wrote is lost at the next start',
  ],
  [
    'redis-durability',
    { redis: away('Redis does not answer: ECONNREFUSED') },
    'failure',
    'Redis does not answer: ECONNREFUSED',
  ],
  ['redis-memory', { redis: seen({ ...REDIS, usedBytes: 390_000_000 }) }, 'warning', '372 MB used of 384 MB'],
  [
    'redis-access',
    {
      redis: seen({
        ...REDIS,
        users: [{ name: 'default', enabled: true, noPassword: true, mayDestroy: [] }, ...REDIS.users.slice(1)],
      }),
    },
    'failure',
    'no password is asked of default; the user default is on',
  ],
  [
    'redis-access',
    { redis: seen({ ...REDIS, users: REDIS.users.filter(({ name }) => name !== 'risk-manager') }) },
    'failure',
    'no user for risk-manager',
  ],
  [
    'redis-access',
    {
      redis: seen({
        ...REDIS,
        users: REDIS.users.map((user) =>
          user.name === 'risk-manager' ? { ...user, mayDestroy: ['FLUSHALL', 'CONFIG'] } : user,
        ),
      }),
    },
    'failure',
    'risk-manager may give FLUSHALL, CONFIG',
  ],
  [
    'postgres-roles',
    {
      postgres: seen({
        ...POSTGRES,
        roles: POSTGRES.roles.map((one) => (one.name === 'risk_manager' ? { ...one, superuser: true } : one)),
      }),
    },
    'failure',
    'may create roles or databases: risk_manager',
  ],
  [
    'postgres-roles',
    { postgres: seen({ ...POSTGRES, roles: POSTGRES.roles.slice(0, -1) }) },
    'failure',
    'no role for mcp_hub_controller',
  ],
  [
    'audit-append-only',
    { postgres: seen({ ...POSTGRES, roles: [{ ...role('orchestrator'), mayChangeAudit: true }] }) },
    'failure',
    'may change audit_events: orchestrator',
  ],
  [
    'migrations',
    { knownMigrations: ['001_platform', '010_orchestrator', '090_next'] },
    'failure',
    'not run yet: 090_next',
  ],
  ['migrations', { knownMigrations: ['001_platform'] }, 'warning', 'of a newer version: 010_orchestrator'],
  [
    'agents-health',
    healthOf('risk-manager', seen({ healthy: false, state: 'ready', failed: ['redis'] })),
    'failure',
    'risk-manager: ready, without redis',
  ],
  [
    'agents-health',
    healthOf('risk-manager', away('http://risk-manager:7000/health does not answer: ENOTFOUND')),
    'failure',
    'risk-manager: http://risk-manager:7000/health does not answer: ENOTFOUND',
  ],
  [
    'config-validity',
    { host: hostWith('config', 'config=risk-manager config/agents/risk-manager.yaml: max: expected a number') },
    'failure',
    'risk-manager config/agents/risk-manager.yaml: max: expected a number',
  ],
  [
    'dead-letters',
    { redis: seen({ ...REDIS, deadLetters: { 'exec.orders.dlq': 3 } }) },
    'warning',
    'exec.orders.dlq: 3',
  ],
  [
    'live-interlock',
    { host: hostWith('env.octant_live', 'env.octant_live=kraken') },
    'warning',
    'OCTANT_LIVE=kraken is set, but the configuration trades paper',
  ],
  [
    'live-interlock',
    { trading: live({ interlock: { environment: true, confirmedBy: undefined } }) },
    'warning',
    "kraken is configured and locked: an admin's confirmation is missing",
  ],
  ['live-interlock', { trading: live({}) }, 'failure', 'LIVE at kraken, and no guardian watches: idle'],
  [
    'live-interlock',
    { trading: live({ openDifferences: 2 }), guardian: seen('watching') },
    'failure',
    'LIVE at kraken, 2 differences between books and exchange',
  ],
  [
    'scrape-targets',
    { scrapes: seen({ alertmanagers: 1, down: ['node'], up: 13 }) },
    'failure',
    'no figures from node',
  ],
  [
    'scrape-targets',
    { scrapes: seen({ alertmanagers: 0, down: [], up: 13 }) },
    'failure',
    'Prometheus knows no Alertmanager',
  ],
  [
    'alert-path',
    { alerting: seen({ receivers: ['ops'], watchdogArrives: false, failedNotifications: 0 }) },
    'failure',
    'the Watchdog does not arrive at Alertmanager',
  ],
  [
    'alert-path',
    { alerting: seen({ receivers: [], watchdogArrives: true, failedNotifications: 0 }) },
    'failure',
    'Alertmanager has no receiver that sends anything',
  ],
  [
    'alert-path',
    { host: hostWith('secret', 'secret=alert_slack_webhook_url 440 0:20000 0 no') },
    'warning',
    'alert_slack_webhook_url is empty: alerts go nowhere',
  ],
  [
    'alert-path',
    { alerting: seen({ receivers: ['ops'], watchdogArrives: true, failedNotifications: 4 }) },
    'warning',
    '4 notifications failed',
  ],
  [
    'backup-age',
    { host: hostWith('backup.last_success', `backup.last_success=${NOW_S - 30 * 3600}`) },
    'failure',
    'the newest is 30.0 h old',
  ],
  ['backup-age', { host: hostWith('backup.last_success') }, 'failure', 'no backup was ever taken'],
  ['restore-drill', { host: hostWith('backup.last_drill') }, 'warning', 'no restore drill has passed yet'],
  [
    'restore-drill',
    { host: hostWith('backup.last_drill', `backup.last_drill=${NOW_S - 40 * 86_400}`) },
    'failure',
    'the last drill passed 40.0 days ago',
  ],
  [
    'offsite-copy',
    { host: hostWith('backup.offsite', 'backup.offsite=no') },
    'warning',
    'BACKUP_OFFSITE_COMMAND is not set: backups stay on this machine',
  ],
  ['offsite-copy', { host: hostWith('backup.last_offsite') }, 'failure', 'nothing was ever sent'],
];

describe('the checks of the doctor', () => {
  it('find nothing on a fleet that is well, and end with 0', () => {
    const findings = examine(allChecks, aFleet());
    expect(findings.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect(exitCodeOf(findings, { strict: true })).toBe(0);
  });

  it.each(faults)('%s tells of %j', (...[id, changes, status, evidence]) => {
    const findings = examine(allChecks, aFleet(changes));
    const finding = findings.find((one) => one.id === id);
    expect({ status: finding?.status, evidence: finding?.evidence }).toEqual({ status, evidence });
    expect(finding?.remedy).toMatch(/\w/);
    expect(exitCodeOf(findings, { strict: true })).toBe(1);
  });

  it('have a planted fault each', () => {
    expect(new Set(faults.map(([id]) => id))).toEqual(new Set(allChecks.map(({ id }) => id)));
  });

  it('are at least twenty, each with a name of its own', () => {
    const ids = allChecks.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThanOrEqual(20);
  });

  it('end with 1 for a warning only where that is asked for', () => {
    const findings = examine(allChecks, aFleet({ host: hostWith('sshd.passwords', 'sshd.passwords=yes') }));
    expect([exitCodeOf(findings, { strict: false }), exitCodeOf(findings, { strict: true })]).toEqual([0, 1]);
  });

  it('pass over the machine of a local desk, and what it does not have', () => {
    const absent = { kind: 'absent', reason: 'this desk has none' } as const;
    const findings = examine(
      allChecks,
      aFleet({ desk: 'local', host: new HostFacts(''), alerting: absent, scrapes: absent, guardian: absent }),
    );
    expect(findings.filter(({ status }) => status === 'failure' || status === 'warning')).toEqual([]);
    expect(findings.find(({ id }) => id === 'firewall')).toEqual({
      id: 'firewall',
      title: 'The firewall is up, for containers too',
      status: 'skipped',
      evidence: 'a local desk changes nothing of its machine',
    });
  });

  it('do not miss the figures of a service that was not asked for', () => {
    const scrapes = seen({ alertmanagers: 1, down: ['loki', 'grafana'], up: 13 });
    const findings = (profiles: string) =>
      examine(
        allChecks,
        aFleet({ scrapes, host: hostWith('env.compose_profiles', `env.compose_profiles=${profiles}`) }),
      );
    const evidence = (profiles: string) => findings(profiles).find(({ id }) => id === 'scrape-targets')?.evidence;
    expect([evidence(''), evidence('dashboards'), evidence('dashboards, logging')]).toEqual([
      '13 targets',
      'no figures from grafana',
      'no figures from loki, grafana',
    ]);
  });

  it('make a finding of a check that fails itself', () => {
    const broken = {
      id: 'broken',
      title: 'Broken',
      examine: () => {
        throw new Error('oh');
      },
    };
    expect(examine([broken], aFleet())).toEqual([
      {
        id: 'broken',
        title: 'Broken',
        status: 'failure',
        evidence: 'the check itself failed: oh',
        remedy: 'this is a bug of the doctor: report it with this line',
      },
    ]);
  });
});

describe('renderFindings', () => {
  it('shows what is wrong with what to do about it, and counts', () => {
    const text = renderFindings([
      { id: 'clock', title: 'The clock is kept right', status: 'ok', evidence: 'synchronised' },
      {
        id: 'firewall',
        title: 'The firewall is up',
        status: 'failure',
        evidence: 'UFW is off',
        remedy: 'run setup.sh',
      },
    ]);
    expect(text.split('\n')).toEqual([
      'ok       clock     synchronised',
      'FAILED   firewall  not so: The firewall is up. UFW is off',
      '                   -> run setup.sh',
      '',
      '1 ok, 0 warnings, 1 failed, 0 skipped',
    ]);
  });
});
