import type { HandlerResult } from '@octant/platform/bus/subscription';
import { bookFills, type BookedFill, type Books } from './books.js';
import type { PortfolioDesk } from './desk.js';

/**
 * Books a fill that has not been booked. A fill that comes before its turn is kept and booked with the one it waits for, so
 * that the one it waits for can still come: a lane that stood still would never let it.
 */
export async function bookFill(desk: PortfolioDesk, fill: BookedFill): Promise<HandlerResult> {
  const books = await desk.books.current();
  if (fill.fillSeq <= books.ledger.lastFillSeq) return {};
  let next: Books | undefined;
  return {
    transaction: async (sql) => {
      next = undefined;
      desk.books.distrust();
      if (await desk.store.addFill(sql, fill)) {
        const later = books.waiting === 0 ? [] : await desk.store.fillsAfter(sql, fill.fillSeq);
        next = booksAfter(books, fill, later);
        if (next.revision !== books.revision) await desk.store.save(sql, next);
      }
      return [];
    },
    onCommitted: () => {
      if (next !== undefined) desk.books.replace(next);
    },
  };
}

function booksAfter(books: Books, fill: BookedFill, later: readonly BookedFill[]): Books {
  const ledger = bookFills(books.ledger, fill, later);
  const booked = ledger.lastFillSeq - books.ledger.lastFillSeq;
  return { revision: books.revision + (booked === 0 ? 0 : 1), ledger, waiting: books.waiting + 1 - booked };
}
