import type { Database, Sql } from '@octant/platform/postgres/sql';
import type { FeedSpec } from '../feeds/feed-spec.js';

export interface StoredFeed {
  readonly spec: FeedSpec;
  /** Open time of the last step that was published; live sources only. */
  readonly positionMs: number | undefined;
  readonly status: 'running' | 'ended' | 'failed';
}

/** The feeds that sessions asked for, so that a restarted analyst goes on with them. */
export interface FeedStore {
  /** Inside the watch command's transaction; a repeat changes nothing. */
  insert(
    sql: Sql,
    spec: FeedSpec,
    outcome: { status: 'running' } | { status: 'failed'; reason: string },
  ): Promise<void>;
  end(sql: Sql, sessionId: string): Promise<void>;
  setPosition(sessionIds: readonly string[], positionMs: number): Promise<void>;
  listRunning(): Promise<StoredFeed[]>;
  find(sessionId: string): Promise<StoredFeed | undefined>;
  /** The newest feed of a data source. */
  findLatestOf(source: string): Promise<StoredFeed | undefined>;
}

interface FeedRow {
  spec: FeedSpec;
  position_ms: string | null;
  status: StoredFeed['status'];
}

export function feedStore(database: Database): FeedStore {
  const select = async (tail: string, values: readonly unknown[]) => {
    const { rows } = await database.query<FeedRow>(`SELECT spec, position_ms, status FROM feeds ${tail}`, values);
    return rows.map(storedFeedOf);
  };
  return {
    async insert(sql, spec, outcome) {
      await sql.query(
        `INSERT INTO feeds (session_id, source, spec, status, reason) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (session_id) DO NOTHING`,
        [
          spec.sessionId,
          spec.source,
          JSON.stringify(spec),
          outcome.status,
          outcome.status === 'failed' ? outcome.reason : null,
        ],
      );
    },
    async end(sql, sessionId) {
      await sql.query(
        `UPDATE feeds SET status = 'ended', updated_at = now() WHERE session_id = $1 AND status = 'running'`,
        [sessionId],
      );
    },
    async setPosition(sessionIds, positionMs) {
      await database.query(
        `UPDATE feeds SET position_ms = greatest(position_ms, $2), updated_at = now() WHERE session_id = ANY($1::text[])`,
        [sessionIds, positionMs],
      );
    },
    listRunning: () => select(`WHERE status = 'running' ORDER BY created_at`, []),
    find: async (sessionId) => (await select('WHERE session_id = $1', [sessionId]))[0],
    findLatestOf: async (source) =>
      (await select(`WHERE source = $1 AND status <> 'failed' ORDER BY created_at DESC LIMIT 1`, [source]))[0],
  };
}

function storedFeedOf(row: FeedRow): StoredFeed {
  return {
    spec: row.spec,
    positionMs: row.position_ms === null ? undefined : Number(row.position_ms),
    status: row.status,
  };
}
