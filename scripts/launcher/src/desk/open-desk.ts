import { join } from 'node:path';
import { appendFileSync, mkdirSync } from 'node:fs';
import { createLogger } from '@octant/platform/observe/create-logger';
import { migrateDatabase } from '@octant/platform/postgres/migrate-database';
import { portsFrom, urlOf } from '../fleet/agents.js';
import { Fleet } from '../fleet/fleet.js';
import { checkPorts } from '../fleet/occupied-ports.js';
import { makeHome } from '../servers/desk-home.js';
import { keptSecret } from '../servers/kept-secret.js';
import { startServers, type ServerPair } from '../servers/server-pair.js';
import { endOrphans } from '../supervise/orphans.js';
import { takeFolder } from '../supervise/single-instance.js';
import { describeDeath, type Death } from '../supervise/supervised-process.js';
import type { Closing } from './closing.js';
import { DeskClient } from './desk-client.js';
import { dropDesk, type DeskName } from './drop-desk.js';
import type { DeskFiles } from './desk-files.js';

type Variables = Readonly<Record<string, string | undefined>>;

export interface OpenDeskOptions {
  readonly files: DeskFiles;
  /** Variables with secret files resolved, for the launcher itself. */
  readonly env: Variables;
  /** Variables as they came, for the agents. */
  readonly inherited: Variables;
  readonly basePort: number;
  readonly desk: DeskName;
  readonly configFolder: string;
  /** Its Redis keys and its Postgres schema go when it is closed. */
  readonly disposable?: boolean;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** Told about deaths and restarts. */
  readonly onEvent: (line: string) => void;
}

export interface OpenDesk {
  readonly servers: ServerPair;
  readonly fleet: Fleet;
  readonly client: DeskClient;
}

/** Makes this process the folder's only launcher, ends what a crash left running, and checks the agents' ports. */
export async function takeDesk(options: OpenDeskOptions, closing: Closing): Promise<void> {
  const { files, say } = options;
  makeHome(files.home);
  const ports = portsFrom(options.basePort);
  const desk = { analystUrl: urlOf(ports.get('market-analyst') ?? 0), schema: options.desk.schema };
  closing.add(takeFolder(files.run, `agents from ${urlOf(options.basePort)} on, logs in ${files.logs}`, desk));
  const ended = await endOrphans(files.run);
  if (ended.length > 0) say(`Ended what an earlier start left running: ${ended.join(', ')}`);
  await checkPorts(ports);
}

/**
 * Brings the desk up: servers, migrations, agents; resolves when all are ready. What it opens it adds to `closing`.
 * Call `takeDesk` first.
 */
export async function openDesk(options: OpenDeskOptions, closing: Closing): Promise<OpenDesk> {
  const { files, say, signal, desk } = options;
  const servers = await openServers(options, closing);
  if (options.disposable === true) closing.add(() => dropDesk(servers, desk));
  signal.throwIfAborted();
  await migrateDatabase({
    connection: servers.postgres.url,
    schema: desk.schema,
    directory: join(files.root, 'migrations'),
    logger: launcherLog(files, [servers.redis.url, servers.postgres.url]),
  });
  const token = callerToken(options);
  const fleet = makeFleet(options, servers);
  closing.add(
    () => fleet.stop(),
    () => {
      fleet.hurry();
    },
  );
  signal.throwIfAborted();
  say(`Eight agents on ports ${options.basePort} to ${options.basePort + 7}`);
  await fleet.start();
  await fleet.awaitReady(signal, say);
  say(`Ready after ${(performance.now() / 1000).toFixed(1)} s`);
  const urls = { orchestrator: fleet.agent('orchestrator').url, analyst: fleet.agent('market-analyst').url };
  return { servers, fleet, client: new DeskClient(urls, token, signal) };
}

async function openServers(options: OpenDeskOptions, closing: Closing): Promise<ServerPair> {
  const { files, env, say, signal, onEvent } = options;
  say('Redis and PostgreSQL');
  const servers = await startServers({
    root: files.root,
    home: files.home,
    env,
    say,
    signal,
    onDeath: deathWord(onEvent),
  });
  closing.add(
    () => servers.stop(),
    () => {
      servers.hurry();
    },
  );
  return servers;
}

function makeFleet(options: OpenDeskOptions, servers: ServerPair): Fleet {
  const { files, desk } = options;
  return new Fleet({
    environment: {
      root: files.root,
      redisUrl: servers.redis.url,
      databaseUrl: servers.postgres.url,
      prefix: desk.prefix,
      schema: desk.schema,
      configFolder: options.configFolder,
      adminTokenFile: files.adminToken,
      serviceTokenFile: files.serviceToken,
      tokenSigningKeyFile: files.tokenSigningKey,
      ports: portsFrom(options.basePort),
      inherited: options.inherited,
    },
    logFolder: files.logs,
    runFolder: files.run,
    onDeath: deathWord(options.onEvent),
  });
}

function deathWord(onEvent: (line: string) => void) {
  return (death: Death): void => {
    onEvent(describeDeath(death));
  };
}

/** The environment's service token or the folder's own; both tokens are made here when there are none. */
function callerToken({ files, env }: OpenDeskOptions): { header: string; value: string } {
  keptSecret(files.adminToken);
  keptSecret(files.tokenSigningKey);
  const kept = keptSecret(files.serviceToken);
  return { header: 'X-Service-Token', value: env['SERVICE_TOKEN'] ?? kept };
}

/** The launcher's own lines of work on the database go to a file, like those of the agents. */
export function launcherLog(files: DeskFiles, serverUrls: readonly string[]) {
  mkdirSync(files.logs, { recursive: true });
  const passwords = serverUrls.map((url) => new URL(url).password);
  return createLogger({
    service: 'launcher',
    level: 'info',
    secrets: passwords.filter((password) => password !== ''),
    write: (line) => {
      appendFileSync(join(files.logs, 'launcher.log'), line);
    },
  });
}
