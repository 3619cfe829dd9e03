import { randomBytes } from 'node:crypto';
import type { Database } from '@octant/platform/postgres/sql';
import type { ExecutorPort } from '../adapters/executor-port.js';
import { bookFill } from './book-fill.js';
import type { PortfolioDesk } from './desk.js';

export interface CatchUpParts {
  readonly desk: PortfolioDesk;
  readonly executor: Pick<ExecutorPort, 'fillsAfter'>;
  readonly database: Database;
  readonly inLane: (work: () => Promise<void>) => Promise<void>;
}

/**
 * One turn of getting lost fills from the executor, who owns them: when somebody knows of a later fill than the books do, or
 * one waits for one before it, and the books have stood still since the last turn. How many were booked.
 */
export function catchUp(parts: CatchUpParts): () => Promise<number> {
  const { desk, executor } = parts;
  let stoodAt: number | undefined;
  return async () => {
    const { ledger, waiting } = desk.books.peek();
    const { lastFillSeq } = ledger;
    const isBehind = waiting > 0 || desk.books.wanted > lastFillSeq;
    const stands = stoodAt === lastFillSeq;
    stoodAt = isBehind ? lastFillSeq : undefined;
    if (!isBehind || !stands) return 0;
    const fills = await executor.fillsAfter(lastFillSeq, randomBytes(16).toString('hex'));
    desk.books.wants(fills.at(-1)?.fillSeq ?? lastFillSeq);
    await parts.inLane(async () => {
      for (const fill of fills) await commit(parts, await bookFill(desk, fill));
    });
    return fills.length;
  };
}

/** Keeping a fill twice does nothing, so this needs no inbox. */
async function commit(parts: CatchUpParts, result: Awaited<ReturnType<typeof bookFill>>): Promise<void> {
  const { transaction } = result;
  if (transaction === undefined) return;
  await parts.database.transaction(transaction);
  result.onCommitted?.();
}
