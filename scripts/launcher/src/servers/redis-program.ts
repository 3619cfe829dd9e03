import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { choosePort } from './kept-servers.js';
import { keptSecret } from './kept-secret.js';
import { lastLine, runProgram } from './run-program.js';
import type { ServerPlan, ServerSearch } from './server-plan.js';

/** Streams and scripts of the desk need this version. */
const LEAST_MAJOR = 7;

export interface RedisBinary {
  readonly command: string;
  /** Where its libraries are, when they are not the system's. */
  readonly env: Readonly<Record<string, string>>;
  readonly what: string;
}

/** A plan for a Redis of our own with this binary; `undefined` when the binary does not run or is too old. */
export async function planRedis(search: ServerSearch, binary: RedisBinary): Promise<ServerPlan | undefined> {
  const result = await runProgram(binary.command, ['--version'], { env: binary.env, timeoutMs: 10_000 });
  const version = parseRedisVersion(result.stdout);
  if (result.code !== 0 || version === undefined) {
    search.say(`  Redis: ${binary.command} does not run (${lastLine(result)})`);
    return undefined;
  }
  if (version.major < LEAST_MAJOR) {
    search.say(`  Redis: ${binary.command} is ${version.text}, the desk needs ${LEAST_MAJOR}.0 or newer`);
    return undefined;
  }
  const folder = join(search.home, 'redis');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const port = await choosePort(search, 'redis');
  const password = keptSecret(join(search.home, 'redis_password'));
  const file = join(folder, 'redis.conf');
  writeFileSync(file, redisConfiguration({ port, folder, password }), { mode: 0o600 });
  return {
    name: 'redis',
    url: `redis://:${password}@127.0.0.1:${port}`,
    origin: `Redis ${version.text} from ${binary.what}, data in ${folder}`,
    program: {
      command: binary.command,
      args: [file],
      env: { ...search.env, ...binary.env },
      cwd: folder,
      stopSignal: 'SIGTERM',
      mark: ['redis-server', `:${port}`],
    },
  };
}

export function parseRedisVersion(text: string): { text: string; major: number } | undefined {
  const match = /v=((\d+)\.\d+(?:\.\d+)?)/.exec(text);
  return match?.[1] === undefined ? undefined : { text: match[1], major: Number(match[2]) };
}

/** Nothing that was acknowledged is lost by a kill, nothing is evicted, nobody else can speak to it. */
export function redisConfiguration(options: { port: number; folder: string; password: string }): string {
  return [
    'bind 127.0.0.1',
    `port ${options.port}`,
    `dir ${JSON.stringify(options.folder)}`,
    `requirepass ${options.password}`,
    'appendonly yes',
    'appendfsync always',
    'maxmemory-policy noeviction',
    'save ""',
    'daemonize no',
    '',
  ].join('\n');
}
