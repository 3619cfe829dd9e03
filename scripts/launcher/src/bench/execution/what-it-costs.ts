import { readFileSync } from 'node:fs';
import pg from 'pg';

/** Clock ticks of `/proc`, which Linux has fixed at 100 a second. */
const TICK_MS = 10;
/** Postgres' processes tell of their transactions once a second. */
const STATISTICS_MS = 1500;

/** Processor time that a process has used so far, ms; undefined where the system does not tell (only Linux does). */
export function processorMs(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return undefined;
  }
}

/** Transactions that Postgres has committed in the database so far, statements without BEGIN counted in. */
export async function committed(databaseUrl: string): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, STATISTICS_MS));
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5000 });
  try {
    await client.connect();
    const { rows } = await client.query<{ count: string }>(
      'SELECT xact_commit AS count FROM pg_stat_database WHERE datname = current_database()',
    );
    return Number(rows[0]?.count);
  } finally {
    await client.end();
  }
}
