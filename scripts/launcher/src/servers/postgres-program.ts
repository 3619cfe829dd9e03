import { chmodSync, chownSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { choosePort } from './kept-servers.js';
import { keptSecret } from './kept-secret.js';
import { lastLine, runProgram } from './run-program.js';
import type { ServerPlan, ServerSearch, SystemUser } from './server-plan.js';

/** Oldest major version that the migrations are written for. */
const LEAST_MAJOR = 13;
const USER = 'octant';

export interface PostgresBinaries {
  /** Folder with `postgres` and `initdb`, reachable for the user. */
  readonly bin: string;
  readonly what: string;
  readonly user: SystemUser | undefined;
  /** Folder that data may be kept in, reachable for the user. */
  readonly dataHome: string;
}

/** A plan for a PostgreSQL of our own; makes the cluster when there is none. `undefined`, after saying why, when it cannot. */
export async function planPostgres(search: ServerSearch, binaries: PostgresBinaries): Promise<ServerPlan | undefined> {
  const version = await versionOf(search, binaries);
  if (version === undefined) return undefined;
  const base = join(binaries.dataHome, 'postgres');
  const data = join(base, String(version.major));
  const password = keptSecret(join(search.home, 'postgres_password'));
  const problem = await makeCluster({ ...binaries, base, data, password });
  if (problem !== undefined) {
    search.say(`  PostgreSQL: ${join(binaries.bin, 'initdb')} failed: ${problem}`);
    return undefined;
  }
  const port = await choosePort(search, 'postgres');
  const asUser = binaries.user === undefined ? '' : `, run as ${binaries.user.name} (it refuses root)`;
  return {
    name: 'postgres',
    url: `postgres://${USER}:${password}@127.0.0.1:${port}/postgres`,
    origin: `PostgreSQL ${version.text} from ${binaries.what}, data in ${data}${asUser}`,
    program: {
      command: join(binaries.bin, 'postgres'),
      args: ['-D', data, ...postgresSettings(port).flatMap((setting) => ['-c', setting])],
      env: { ...search.env, LC_ALL: 'C', PGTZ: 'UTC' },
      cwd: base,
      stopSignal: 'SIGINT',
      mark: ['postgres', data],
      ...(binaries.user === undefined ? {} : { user: binaries.user }),
    },
  };
}

/** Loopback only, no socket file, room for the pools of eight agents. */
export function postgresSettings(port: number): readonly string[] {
  return [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    'max_connections=200',
    'password_encryption=scram-sha-256',
  ];
}

export function parsePostgresVersion(text: string): { text: string; major: number } | undefined {
  const match = /\(PostgreSQL\) ((\d+)(?:\.\d+|beta\d+|rc\d+)?)/.exec(text);
  return match?.[1] === undefined ? undefined : { text: match[1], major: Number(match[2]) };
}

async function versionOf(search: ServerSearch, { bin, user }: PostgresBinaries) {
  const command = join(bin, 'postgres');
  const result = await runProgram(command, ['--version'], { timeoutMs: 10_000, cwd: '/', ...(user && { user }) });
  const version = parsePostgresVersion(result.stdout);
  if (result.code !== 0 || version === undefined) {
    search.say(`  PostgreSQL: ${command} does not run (${lastLine(result)})`);
    return undefined;
  }
  if (version.major < LEAST_MAJOR) {
    search.say(`  PostgreSQL: ${command} is ${version.text}, the desk needs ${LEAST_MAJOR} or newer`);
    return undefined;
  }
  return version;
}

interface Cluster extends PostgresBinaries {
  readonly base: string;
  readonly data: string;
  readonly password: string;
}

async function makeCluster(cluster: Cluster): Promise<string | undefined> {
  const { base, data, user } = cluster;
  mkdirSync(base, { recursive: true });
  chmodSync(base, 0o700);
  if (user !== undefined) chownSync(base, user.uid, user.gid);
  // Written last: without it an earlier attempt was cut short.
  if (existsSync(join(data, 'octant-complete'))) return undefined;
  rmSync(data, { recursive: true, force: true });
  const passwordFile = join(base, 'new-password');
  try {
    writeFileSync(passwordFile, `${cluster.password}\n`, { mode: 0o600 });
    if (user !== undefined) chownSync(passwordFile, user.uid, user.gid);
    const args = ['-D', data, '-U', USER, '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
    args.push('--encoding=UTF8', '--locale=C', '--no-instructions');
    const result = await runProgram(join(cluster.bin, 'initdb'), args, {
      cwd: base,
      env: { LC_ALL: 'C' },
      ...(user && { user }),
    });
    if (result.code !== 0) return lastLine(result);
    writeFileSync(join(data, 'octant-complete'), '');
    return undefined;
  } finally {
    rmSync(passwordFile, { force: true });
  }
}
