import { writeOutbox } from '@octant/platform/bus/outbox';
import type { Database, Sql } from '@octant/platform/postgres/sql';
import type { Checkpoint, CheckpointStore } from '../desk/checkpoint.js';
import { openDesk, type Desk, type Message } from '../desk/desk-state.js';
import type { Session } from '../desk/session-state.js';

/** The checkpoints in Postgres (migration 082); `agent` owns the outbox rows. */
export function postgresCheckpoints(database: Database, agent: string): CheckpointStore {
  return {
    async save(checkpoint, messages) {
      if (messages.length === 0) return write(database, checkpoint, 'off');
      return database.transaction(async (sql) => {
        const saved = await write(sql, checkpoint);
        if (saved) await writeOutbox(sql, { agent, messages: messages.map(plain) });
        return saved;
      });
    },
    async revision() {
      const { rows } = await database.query<{ revision: string }>('SELECT revision FROM desk_checkpoint');
      return Number(rows[0]?.revision ?? 0);
    },
    async load() {
      const { rows } = await database.query<{ desk: Desk; sessions: Session[] }>(LOAD);
      const [row] = rows;
      return row === undefined ? undefined : { desk: { ...openDesk(), ...row.desk }, sessions: row.sessions };
    },
  };
}

/**
 * Without messages the checkpoint may wait for the disk: were Postgres to crash and Redis to be emptied before the next
 * one, the desk would begin again a few steps earlier, none of which had decided anything. One with messages, which are
 * all that somebody else could know of, takes those before it along.
 */
const SAVE = `
  WITH saved AS (
    INSERT INTO desk_checkpoint (one, revision, desk)
    SELECT true, $1::bigint, $2::json WHERE
      set_config('synchronous_commit', coalesce($5, current_setting('synchronous_commit')), true) IS NOT NULL
    ON CONFLICT (one) DO UPDATE SET revision = excluded.revision, desk = excluded.desk, saved_at = now()
      WHERE desk_checkpoint.revision < excluded.revision
    RETURNING 1
  ), sessions AS (
    INSERT INTO session_checkpoints (session_id, state)
    SELECT s.session_id, s.state::json FROM unnest($3::text[], $4::text[]) AS s (session_id, state)
    WHERE EXISTS (SELECT FROM saved)
    ON CONFLICT (session_id) DO UPDATE SET state = excluded.state, saved_at = now()
  )
  SELECT count(*)::int AS saved FROM saved`;

async function write(sql: Sql, { desk, sessions }: Checkpoint, synchronous?: 'off'): Promise<boolean> {
  const { rows } = await sql.query<{ saved: number }>(SAVE, [
    desk.revision,
    JSON.stringify(desk),
    sessions.map(({ sessionId }) => sessionId),
    sessions.map((session) => JSON.stringify(session)),
    synchronous ?? null,
  ]);
  return rows[0]?.saved === 1;
}

const LOAD = `
  SELECT desk, (SELECT coalesce(json_agg(state ORDER BY saved_at), '[]') FROM session_checkpoints) AS sessions
  FROM desk_checkpoint`;

function plain({ stream, type, id, payload }: Message): Message {
  return { stream, type, id, payload };
}
