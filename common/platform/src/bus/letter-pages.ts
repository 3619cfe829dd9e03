import type { Redis } from 'ioredis';
import type { LetterEntry } from './dead-letter-filter.js';

const PAGE = 200;

/**
 * Entries of a dead-letter stream, oldest first, in pages of at most 200: a long stream is never held as a whole, here or in
 * Redis' answer. While one page is looked at, the next is on its way.
 */
export async function* letterPages(
  redis: Redis,
  range: { readonly key: string; readonly from: string; readonly upTo: string },
): AsyncGenerator<readonly LetterEntry[], void> {
  const read = (from: string): Promise<LetterEntry[]> => redis.xrange(range.key, from, range.upTo, 'COUNT', PAGE);
  let page = await read(range.from);
  for (;;) {
    const last = page.at(-1);
    if (last === undefined) return;
    const next = page.length < PAGE ? undefined : read(`(${last[0]}`);
    // Its failure is told when its turn comes, and is nobody's when the walk has ended before.
    next?.catch(() => undefined);
    yield page;
    if (next === undefined) return;
    page = await next;
  }
}
