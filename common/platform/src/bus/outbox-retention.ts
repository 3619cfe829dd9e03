import type { Sql } from '../postgres/sql.js';

const PAGE = 1_000;

/**
 * Removes outbox rows that were published more than `days` ago, a thousand at a time from the oldest on; unpublished ones
 * stay. How many went. May run in several processes at once.
 */
export async function pruneOutbox(sql: Sql, options: { days: number; stopping: AbortSignal }): Promise<number> {
  let pruned = 0;
  for (let afterId = '0'; !options.stopping.aborted;) {
    // Ids follow time nearly enough: behind a page of young rows the rest is young too. Unpublished rows tell nothing.
    const { rows } = await sql.query<{ last_id: string | null; rows: number; old: number; pruned: number }>(
      `WITH page AS (
         SELECT id, published_at < now() - make_interval(days => $2) AS old
         FROM outbox WHERE id > $1 ORDER BY id LIMIT $3
       ), gone AS (
         DELETE FROM outbox USING page WHERE outbox.id = page.id AND page.old RETURNING 1
       )
       SELECT max(id) AS last_id, count(*)::int AS rows, (count(*) FILTER (WHERE coalesce(old, true)))::int AS old,
              (SELECT count(*)::int FROM gone) AS pruned
       FROM page`,
      [afterId, options.days, PAGE],
    );
    const page = rows[0];
    if (page === undefined || page.last_id === null) break;
    pruned += page.pruned;
    afterId = page.last_id;
    if (page.rows < PAGE || page.old === 0) break;
  }
  return pruned;
}

/** Removes inbox rows that are more than `days` old, a thousand at a time; how many went. */
export async function pruneInbox(sql: Sql, options: { days: number; stopping: AbortSignal }): Promise<number> {
  let pruned = 0;
  while (!options.stopping.aborted) {
    const { rowCount } = await sql.query(
      `DELETE FROM inbox WHERE ctid = ANY (ARRAY(
         SELECT ctid FROM inbox WHERE handled_at < now() - make_interval(days => $1) LIMIT $2))`,
      [options.days, PAGE],
    );
    pruned += rowCount;
    if (rowCount < PAGE) break;
  }
  return pruned;
}
