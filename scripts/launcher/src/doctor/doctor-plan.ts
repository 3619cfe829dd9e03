import { join } from 'node:path';
import { AGENTS, DEFAULT_BASE_PORT, portsFrom, urlOf } from '../fleet/agents.js';
import { readKeptUrl } from '../servers/kept-servers.js';
import { urlOfParts } from '../servers/url-of-parts.js';

type Variables = Readonly<Record<string, string | undefined>>;

/** Where the doctor looks. */
export interface DoctorPlan {
  readonly desk: 'fleet' | 'local';
  readonly redisUrl: string | undefined;
  readonly databaseUrl: string | undefined;
  readonly prefix: string;
  readonly schema: string;
  readonly agents: ReadonlyMap<string, string>;
  /** Undefined: this desk has none. */
  readonly guardianUrl: string | undefined;
  readonly prometheusUrl: string | undefined;
  readonly alertmanagerUrl: string | undefined;
  readonly migrationsFolder: string;
}

/**
 * The desk that the variables name: `OCTANT_DESK=fleet` in a container of the compose file, else what `npm start` keeps
 * under `.octant`. Secret files are resolved already.
 */
export function planDoctor(root: string, env: Variables): DoctorPlan {
  const isFleet = env['OCTANT_DESK'] === 'fleet';
  const home = env['OCTANT_HOME'] ?? join(root, '.octant');
  const ports = portsFrom(DEFAULT_BASE_PORT);
  return {
    desk: isFleet ? 'fleet' : 'local',
    redisUrl: withPassword(env['REDIS_URL'], env['REDIS_PASSWORD']) ?? readKeptUrl(home, 'redis'),
    databaseUrl: env['DATABASE_URL'] ?? urlOfParts(env) ?? readKeptUrl(home, 'postgres'),
    prefix: env['OCTANT_REDIS_PREFIX'] ?? 'octant:',
    schema: env['OCTANT_PG_SCHEMA'] ?? 'octant',
    agents: new Map(AGENTS.map((name) => [name, env[variableOf(name)] ?? urlOf(ports.get(name) ?? 0)])),
    guardianUrl: env['GUARDIAN_URL'],
    prometheusUrl: env['PROMETHEUS_URL'],
    alertmanagerUrl: env['ALERTMANAGER_URL'],
    migrationsFolder: join(root, 'migrations'),
  };
}

function variableOf(agent: string): string {
  return `${agent.toUpperCase().replaceAll('-', '_')}_URL`;
}

function withPassword(url: string | undefined, password: string | undefined): string | undefined {
  if (url === undefined || password === undefined) return url;
  const complete = new URL(url);
  complete.password = encodeURIComponent(password);
  return complete.href;
}
