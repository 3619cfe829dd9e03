import { join } from 'node:path';
import { containerName, containerProgram, findContainerEngine } from './container.js';
import { libraryPath, unpackDebianPackage } from './debian-packages.js';
import { findProgram, foldersOfPath } from './find-program.js';
import { keptSecret } from './kept-secret.js';
import { choosePort } from './kept-servers.js';
import { planRedis } from './redis-program.js';
import { NoServerError, type ServerPlan, type ServerSearch, type ServerSource } from './server-plan.js';

const IMAGE = 'redis:7-bookworm';

/** Gets a Redis: the given one, else a program, else a container, else from the system's packages. */
export async function findRedis(search: ServerSearch): Promise<ServerPlan> {
  for (const source of [givenRedis, redisOnPath, redisInContainer, redisFromPackages]) {
    const plan = await source(search);
    if (plan !== undefined) return plan;
  }
  throw new NoServerError(
    'expected a Redis, found none: set REDIS_URL, or install redis-server 7.0 or newer ' +
      '(Debian, Ubuntu: apt install redis-server; macOS: brew install redis), or start a Docker Engine.',
  );
}

const givenRedis: ServerSource = (search) => {
  const url = search.env['REDIS_URL'];
  return Promise.resolve(url ? { name: 'redis', url, origin: 'Redis of REDIS_URL' } : undefined);
};

const redisOnPath: ServerSource = async (search) => {
  const command = findProgram('redis-server', foldersOfPath(search.env['PATH']));
  return command === undefined ? undefined : planRedis(search, { command, env: {}, what: command });
};

const redisInContainer: ServerSource = async (search) => {
  const docker = await findContainerEngine(search, IMAGE);
  if (docker === undefined) return undefined;
  const port = await choosePort(search, 'redis');
  const password = keptSecret(join(search.home, 'redis_password'));
  const durable = '--appendonly yes --appendfsync always --maxmemory-policy noeviction';
  const program = containerProgram(docker, search, {
    name: 'redis',
    image: IMAGE,
    dataFolder: '/data',
    innerPort: 6379,
    port,
    variables: { REDIS_PASSWORD: password },
    args: ['sh', '-c', `exec redis-server --requirepass "$REDIS_PASSWORD" --save "" ${durable}`],
    stopSignal: 'SIGTERM',
  });
  const volume = containerName(search.home, 'redis');
  const url = `redis://:${password}@127.0.0.1:${port}`;
  return { name: 'redis', url, origin: `Redis in a container of ${IMAGE}, data in the volume ${volume}`, program };
};

const redisFromPackages: ServerSource = async (search) => {
  const root = await unpackDebianPackage(search, 'redis-server');
  if (root === undefined) return undefined;
  return planRedis(search, {
    command: join(root, 'usr', 'bin', 'redis-server'),
    env: { LD_LIBRARY_PATH: libraryPath(root) },
    what: "the system's packages",
  });
};
