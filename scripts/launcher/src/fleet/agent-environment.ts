import { join } from 'node:path';
import { urlOf, type AgentName } from './agents.js';

type Variables = Readonly<Record<string, string | undefined>>;

/** What every agent of a fleet gets. */
export interface DeskEnvironment {
  /** Folder of the checkout. */
  readonly root: string;
  readonly redisUrl: string;
  readonly databaseUrl: string;
  /** Where an agent has users of its own at the servers: in place of the two URLs. */
  readonly urlsOf?: (agent: AgentName) => { readonly redisUrl: string; readonly databaseUrl: string };
  /** Redis key prefix and Postgres schema: together they are one desk. */
  readonly prefix: string;
  readonly schema: string;
  readonly configFolder: string;
  readonly adminTokenFile: string;
  readonly serviceTokenFile: string;
  /** Left out: only the admin token itself opens admin routes. */
  readonly tokenSigningKeyFile?: string;
  readonly ports: ReadonlyMap<AgentName, number>;
  /** Variables of this process, which agents inherit (credentials of integrations, the log level). */
  readonly inherited: Variables;
}

/** Ours replace them; both forms of one secret at once would be an error. */
const REPLACED =
  /^(PORT|HOST|REDIS_URL|DATABASE_URL|POSTGRES_[A-Z]+|REDIS_URL_FILE|DATABASE_URL_FILE|POSTGRES_PASSWORD_FILE)$/;

export function agentEnvironment(agent: AgentName, desk: DeskEnvironment): Record<string, string> {
  const inherited = Object.entries(desk.inherited).filter(
    ([name, value]) => value !== undefined && !REPLACED.test(name),
  );
  const { redisUrl, databaseUrl } = desk.urlsOf?.(agent) ?? desk;
  const urls = [...desk.ports].map(([name, port]) => [`${name.toUpperCase().replaceAll('-', '_')}_URL`, urlOf(port)]);
  return {
    ...(Object.fromEntries(inherited) as Record<string, string>),
    ...(Object.fromEntries(urls) as Record<string, string>),
    ...tokenFile('ADMIN_TOKEN', desk.adminTokenFile, desk.inherited),
    ...tokenFile('SERVICE_TOKEN', desk.serviceTokenFile, desk.inherited),
    ...(desk.tokenSigningKeyFile === undefined
      ? {}
      : tokenFile('TOKEN_SIGNING_KEY', desk.tokenSigningKeyFile, desk.inherited)),
    NODE_ENV: 'production',
    PORT: String(desk.ports.get(agent) ?? 0),
    HOST: '127.0.0.1',
    REDIS_URL: redisUrl,
    DATABASE_URL: databaseUrl,
    OCTANT_REDIS_PREFIX: desk.prefix,
    OCTANT_PG_SCHEMA: desk.schema,
    CONFIG_DIR: desk.configFolder,
    OPENAPI_DIR: join(desk.root, 'openapi'),
  };
}

/** The desk's own token, unless the environment brings one. */
function tokenFile(name: string, file: string, inherited: Variables): Record<string, string> {
  return inherited[name] || inherited[`${name}_FILE`] ? {} : { [`${name}_FILE`]: file };
}
