import { join } from 'node:path';
import { migrateDatabase } from '@octant/platform/postgres/migrate-database';
import { DeskClient } from '../desk/desk-client.js';
import { launcherLog } from '../desk/open-desk.js';
import { LIVE, SIMULATED } from '../live/run-live.js';
import { awaitServer } from '../servers/await-server.js';
import { makeHome } from '../servers/desk-home.js';
import { findPostgres } from '../servers/find-postgres.js';
import { keptSecret } from '../servers/kept-secret.js';
import { readKeptUrl } from '../servers/kept-servers.js';
import { endOrphans } from '../supervise/orphans.js';
import { findRunningDesk, takeFolder } from '../supervise/single-instance.js';
import { describeDeath, SupervisedProcess } from '../supervise/supervised-process.js';
import type { CandleDepot } from './candle-depot.js';
import type { DataContext } from './data-context.js';
import { deskDepot } from './desk-depot.js';
import { ownDepot } from './own-depot.js';

const STOP_GRACE_MS = 10_000;

export interface DepotFlags {
  /** The store of the desk on live data instead of the one on the simulated market. */
  readonly live?: true;
  /** Base URL of a market analyst. */
  readonly url?: string;
}

/**
 * The desk's candle store: by way of the market analyst where one is named or runs in this folder, else the tables
 * themselves, on the Postgres that the desk would use. What it opens it adds to the context's `closing`.
 */
export async function openDepot(flags: DepotFlags, context: DataContext): Promise<CandleDepot> {
  const { files, env, say } = context;
  const url = flags.url ?? env['MARKET_ANALYST_URL'];
  if (url) {
    say(`Candle store of the market analyst at ${url}`);
    return analystDepot(url.replace(/\/$/, ''), context);
  }
  const schema = env['OCTANT_PG_SCHEMA'] ?? (flags.live === true ? LIVE : SIMULATED).schema;
  const running = findRunningDesk(files.run);
  if (running?.schema === schema) {
    say(`Candle store of the running desk (${running.analystUrl})`);
    return analystDepot(running.analystUrl, context);
  }
  // Another desk runs here (a replay, or live data): its Postgres is up, and nobody else works in our schema.
  const lent = running === undefined ? undefined : readKeptUrl(files.home, 'postgres');
  const lender = 'the PostgreSQL of the desk that runs here';
  if (lent !== undefined) await awaitServer({ name: 'postgres', url: lent, origin: lender }, context);
  const databaseUrl = lent ?? (await startPostgres(context));
  const directory = join(files.root, 'migrations');
  await migrateDatabase({ connection: databaseUrl, schema, directory, logger: launcherLog(files, [databaseUrl]) });
  const depot = await ownDepot({ root: files.root, databaseUrl, schema });
  context.closing.add(() => depot.close());
  return depot;
}

function analystDepot(analystUrl: string, { files, env, signal }: DataContext): CandleDepot {
  const value = env['SERVICE_TOKEN'] ?? keptSecret(files.serviceToken);
  const urls = { orchestrator: '', analyst: analystUrl };
  return deskDepot(new DeskClient(urls, { header: 'X-Service-Token', value }, signal));
}

/** Postgres alone, with the folder's lock, so that no desk starts over it meanwhile. */
async function startPostgres(context: DataContext): Promise<string> {
  const { files, env, say, signal, closing } = context;
  makeHome(files.home);
  closing.add(takeFolder(files.run, 'npm run data, at the candle store'));
  await endOrphans(files.run);
  const plan = await findPostgres({ root: files.root, home: files.home, env, say });
  say(`Candle store in ${plan.origin}`);
  if (plan.program !== undefined) {
    const server = new SupervisedProcess({
      name: plan.name,
      program: plan.program,
      runFolder: files.run,
      logFile: join(files.logs, `${plan.name}.log`),
      onDeath: (death) => {
        say(describeDeath(death));
      },
    });
    closing.add(
      () => server.stop(STOP_GRACE_MS),
      () => {
        server.hurry();
      },
    );
    await server.start();
  }
  await awaitServer(plan, { say, signal });
  return plan.url;
}
