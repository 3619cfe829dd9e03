import type { Sql } from '@octant/platform/postgres/sql';

/** No unique key on the effects: one that happened twice is two rows. */
export const CHAOS_TABLES = `
CREATE TABLE chaos_roots (n integer PRIMARY KEY);
CREATE TABLE chaos_rows (message_id text NOT NULL);
CREATE INDEX ON chaos_rows (message_id);
CREATE TABLE chaos_booked (message_id text NOT NULL);
CREATE INDEX ON chaos_booked (message_id);
`;

/** Tables of effects, by what they are called in the result. */
export const effectTables = { row: 'chaos_rows', book: 'chaos_booked' } as const;

export async function insertEffect(
  sql: Sql,
  table: (typeof effectTables)[keyof typeof effectTables],
  messageId: string,
) {
  await sql.query(`INSERT INTO ${table} (message_id) VALUES ($1)`, [messageId]);
}

export async function storeRoots(sql: Sql, numbers: readonly number[]): Promise<void> {
  await sql.query('INSERT INTO chaos_roots (n) SELECT unnest($1::int[]) ON CONFLICT DO NOTHING', [numbers]);
}

/** Numbers of all roots that are stored, in order. */
export async function findRoots(sql: Sql): Promise<readonly number[]> {
  const { rows } = await sql.query<{ n: number }>('SELECT n FROM chaos_roots ORDER BY n');
  return rows.map(({ n }) => n);
}
