import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { inventory } from '../../deploy/secrets/inventory.js';
import { composeByHand, composeByProgram, hasCompose, type Compose, type ComposeService } from './read-compose.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const agents = [
  'orchestrator',
  'market-analyst',
  'portfolio-manager',
  'risk-manager',
  'trade-executor',
  'notification-manager',
  'parameter-optimizer',
  'mcp-hub-controller',
];
const alwaysRunning = [
  ...agents,
  ...['guardian', 'redis', 'postgres', 'traefik', 'oauth2-proxy', 'prometheus', 'alertmanager'],
  ...['redis_exporter', 'postgres_exporter', 'node_exporter', 'backup'],
];
const optional: Readonly<Record<string, string>> = {
  grafana: 'dashboards',
  loki: 'logging',
  alloy: 'logging',
  exchange: 'rehearsal',
  tests: 'tests',
};

/** What a service may have that others may not, and why. */
const rootUsers: Readonly<Record<string, string>> = {
  secrets: 'gives files of any owner to the group of readers; no network',
  certs: 'writes certificates into a folder of the host; no network',
  alloy: "the engine's log files belong to root",
};
const capabilities: Readonly<Record<string, readonly string[]>> = {
  secrets: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER'],
  certs: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER'],
  alloy: ['DAC_READ_SEARCH'],
};
/** Images without a program that could ask; Prometheus tells when they are down. */
const withoutHealthCheck = ['oauth2-proxy', 'redis_exporter', 'loki', 'alloy'];
/** Which secrets hold a key of everything; the backup keeps them all (docs/adr). */
const keepsAllSecrets = ['backup'];

describe.each([
  ...(hasCompose ? [['docker compose config', composeByProgram] as const] : []),
  ['the file itself', composeByHand] as const,
])('by %s', (_how, read) => {
  const compose = read(root);
  const services = Object.entries(compose.services);
  const endless = services.filter(([, service]) => service.restart !== 'no');

  test('the services of the desk are there, the optional ones by profile', () => {
    for (const name of alwaysRunning) expect(profilesOf(compose, name), name).toEqual([]);
    for (const [name, profile] of Object.entries(optional)) expect(profilesOf(compose, name), name).toEqual([profile]);
  });

  test.each(services)('%s is hardened', (name, service) => {
    expect({
      readOnly: service.read_only,
      init: service.init,
      privileged: service.privileged ?? false,
      drops: service.cap_drop,
      adds: service.cap_add,
      security: service.security_opt,
      pid: service.pid ?? 'own',
    }).toEqual({
      readOnly: true,
      init: true,
      privileged: false,
      drops: ['ALL'],
      adds: capabilities[name] ?? [],
      security: ['no-new-privileges:true'],
      pid: 'own',
    });
    expect(service.user).toMatch(/^\d+:\d+$/);
    expect(service.user?.startsWith('0:')).toBe(name in rootUsers);
    expect(Number(service.pids_limit)).toBeGreaterThan(0);
    expect(String(service.mem_limit)).toMatch(/^\d+[mg]?$/);
    expect(service.stop_grace_period).toBe('10s');
    expect(service.logging).toMatchObject({ driver: 'json-file', options: { 'max-size': '10m', 'max-file': '5' } });
    for (const line of [service.tmpfs].flat()) expect(line).toMatch(/^\/[^:]+:.*size=\d+[mg].*nosuid,nodev/);
  });

  test.each(endless)('%s comes up again and tells how it is', (name, service) => {
    expect(service.restart).toBe('unless-stopped');
    if (withoutHealthCheck.includes(name)) return;
    expect(service.healthcheck, 'healthcheck').toBeDefined();
    expect(service.healthcheck?.interval).toMatch(/^(1[5-9]|[2-9]\d)s$|^\d+m/);
  });

  test('what ends is waited for by what needs it', () => {
    for (const [name] of services.filter(([, { restart, profiles }]) => restart === 'no' && profiles.length === 0)) {
      const waiting = services.filter(
        ([, { depends_on: needs }]) => needs[name]?.condition === 'service_completed_successfully',
      );
      expect(waiting.length, name).toBeGreaterThan(0);
    }
  });

  test('only Traefik publishes ports, and nobody uses the network of the host', () => {
    expect(services.filter(([, { ports }]) => ports.length > 0).map(([name]) => name)).toEqual(['traefik']);
    expect(services.filter(([, { network_mode: mode }]) => mode !== undefined && mode !== 'none')).toEqual([]);
  });

  test('networks deny by default: those of many are internal, a way out has one service', () => {
    for (const [name, network] of Object.entries(compose.networks)) {
      const members = services.filter(([, service]) => service.networks.includes(name)).map(([member]) => member);
      if (network?.internal === true) expect(['edge', 'backend', 'data', 'monitoring']).toContain(name);
      else expect([name, members]).toEqual([name, [name.replace('egress-', '')]]);
    }
  });

  test('Redis and Postgres are reached by those that use them only', () => {
    const onData = services.filter(([, service]) => service.networks.includes('data')).map(([name]) => name);
    const users = [...agents, 'guardian', 'redis', 'postgres', 'migrate', 'redis_exporter', 'postgres_exporter'];
    expect(onData.filter((name) => ![...users, 'backup', 'ops'].includes(name))).toEqual([]);
    expect([compose.services['redis']?.networks, compose.services['postgres']?.networks]).toEqual([['data'], ['data']]);
  });

  test.each(services.filter(([name]) => agents.includes(name)))('%s has no password but its own', (name, service) => {
    const own = name.replaceAll('-', '_');
    const passwords = service.secrets.filter((secret) => /_password_/.test(secret)).sort();
    expect(passwords).toEqual([`postgres_password_${own}`, `redis_password_${own}`]);
    expect(service.secrets).not.toContain('postgres_password');
  });

  test('each secret has a file that is made, and every file a service that reads it', () => {
    const made = inventory.map(({ name }) => name).sort();
    // What nobody mounts is left out by the program.
    if (read === composeByHand) expect(Object.keys(compose.secrets).sort()).toEqual(made);
    const mounted = new Set(services.flatMap(([, service]) => service.secrets));
    expect([...mounted].filter((name) => !made.includes(name))).toEqual([]);
    // These two are read by the one-shot `secrets`, out of the folder.
    const unread = made.filter(
      (name) => !mounted.has(name) && !['oauth2_client_id', 'redis_password_exporter'].includes(name),
    );
    expect(unread).toEqual([]);
  });

  test.each(services)('%s has no secret in its environment', (_name, service) => {
    const named = Object.entries(service.environment).filter(
      ([name, value]) => /(TOKEN|SECRET|PASSWORD|API_KEY)$/.test(name) && value !== '',
    );
    expect(named).toEqual([]);
    for (const value of Object.values(service.environment)) expect(value).not.toMatch(/:\/\/[^/\s]*:[^/\s]*@/);
    for (const [name, value] of Object.entries(service.environment)) {
      const secret = /^\/run\/secrets\/(.+)$/.exec(value)?.[1];
      if (secret !== undefined) expect(service.secrets, name).toContain(secret);
    }
  });

  test('configuration is read by all and written by the optimizer and the one-shot that opens it', () => {
    const writers = services.filter(([, service]) => service.volumes.some(writesConfig)).map(([name]) => name);
    expect(writers.sort()).toEqual(['parameter-optimizer', 'secrets']);
  });

  test('nobody but the keeper of backups has more secrets than its part needs', () => {
    const many = services.filter(([, { secrets }]) => secrets.length > 12).map(([name]) => name);
    expect(many.filter((name) => !keepsAllSecrets.includes(name))).toEqual([]);
  });

  test('no service holds the socket of the engine', () => {
    for (const [name, service] of services) {
      expect(
        service.volumes.map(({ source }) => source),
        name,
      ).not.toContain('/var/run/docker.sock');
    }
  });
});

function profilesOf(compose: Compose, name: string): readonly string[] | undefined {
  return compose.services[name]?.profiles;
}

function writesConfig({ source, readOnly }: ComposeService['volumes'][number]): boolean {
  return /(^|\/)config$/.test(source) && !readOnly;
}
