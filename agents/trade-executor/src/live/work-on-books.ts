import { OpenBooks, type BooksWork } from './books-work.js';
import { inSharedTransaction } from './in-live-transaction.js';
import type { LiveDesk } from './live-desk.js';

/**
 * Does work on orders and books in a transaction that it shares with what waits at the same time: a commit waits for the
 * disk, and every writer of the books for the account. @throws what the work throws; the others' goes on without it.
 */
export function workOnBooks(desk: LiveDesk, own: BooksWork): Promise<void> {
  return desk.books.run(own, (members) =>
    inSharedTransaction(
      desk,
      members.map(({ points }) => points),
      async (work) => {
        const books = new OpenBooks(work.live);
        // The account before any order, as everywhere: who has several orders may wait for somebody who has the account.
        if (members.length > 1) await books.account();
        for (const { run } of members) await run(work, books);
      },
    ),
  );
}
