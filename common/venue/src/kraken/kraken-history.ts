import { readReply, unreadable } from '../reply-fields.js';
import { z } from 'zod';

const counted = z.object({ count: z.coerce.number().pipe(z.int().min(0)) });

/** One answer of a list that is asked for by offset, newest first. */
export interface OffsetPage {
  /** Of the list, before any page. */
  readonly count: unknown;
  readonly rows: Readonly<Record<string, unknown>>;
}

/**
 * All rows of a list, by their ids. Rows that come meanwhile push others to later pages: some are seen twice, none is missed.
 * @throws TransientError `venue_unreadable` when the venue counts more rows than it gives.
 */
export async function allByOffset(ask: (offset: number) => Promise<OffsetPage>): Promise<ReadonlyMap<string, unknown>> {
  const rows = new Map<string, unknown>();
  for (let offset = 0; ;) {
    const page = await ask(offset);
    const { count } = readReply('page', counted, page);
    const found = Object.entries(page.rows);
    for (const [id, row] of found) rows.set(id, row);
    offset += found.length;
    if (offset >= count) return rows;
    if (found.length === 0)
      throw unreadable(`page at ${String(offset)}: expected ${String(count)} rows in all, was none`);
  }
}

/** `start` in whole seconds, of which the venue leaves out the rows that are exactly as old. */
export function startBefore(sinceMs: number): number {
  return Math.max(0, Math.floor(sinceMs / 1000) - 1);
}
