import type { Database, Sql } from '@octant/platform/postgres/sql';
import type { HaltState } from '../halt-state.js';

/** Keeps the newest halt or unhalt where an emptied Redis cannot take it away. */
export interface HaltStore {
  /** Undefined before the first one. */
  find(): Promise<HaltState | undefined>;
  /** In the caller's transaction; an older one than is kept changes nothing. */
  keep(sql: Sql, state: HaltState): Promise<void>;
}

interface HaltRow {
  readonly halt_version: string;
  readonly halted: boolean;
  readonly reason: string | null;
}

/** The table in Postgres (migration 083). */
export function postgresHaltStore(database: Database): HaltStore {
  return {
    async find() {
      const { rows } = await database.query<HaltRow>('SELECT halt_version, halted, reason FROM risk_halt');
      const [row] = rows;
      return row && { haltVersion: Number(row.halt_version), halted: row.halted, reason: row.reason };
    },
    async keep(sql, { haltVersion, halted, reason }) {
      await sql.query(
        `INSERT INTO risk_halt (one, halt_version, halted, reason) VALUES (true, $1, $2, $3)
         ON CONFLICT (one) DO UPDATE SET halt_version = $1, halted = $2, reason = $3, heard_at = now()
         WHERE risk_halt.halt_version < $1`,
        [haltVersion, halted, reason],
      );
    },
  };
}
