import type { Clock } from '@octant/platform/time/clock';
import type { Books } from './books.js';

/**
 * The books in memory, for the lane that changes them and for sizing. Postgres is the truth: a change says `distrust` first
 * and `replace` once it is known to be committed; one whose end is not known leaves the copy distrusted, and the lane loads
 * it again.
 */
export class BooksCache {
  readonly #load: () => Promise<Books>;
  readonly #clock: Clock;
  #books: Books | undefined;
  #trusted = false;
  #waiters: (() => void)[] = [];
  #wanted = 0;

  constructor(load: () => Promise<Books>, clock: Clock) {
    this.#load = load;
    this.#clock = clock;
  }

  /** The books as of the last committed change. */
  async current(): Promise<Books> {
    if (this.#books !== undefined && this.#trusted) return this.#books;
    const loaded = await this.#load();
    this.#set(loaded);
    return loaded;
  }

  /** The last books that were known to be committed; never ahead of Postgres, perhaps one change behind. */
  peek(): Books {
    if (this.#books === undefined) throw new Error('expected books that are loaded, were not');
    return this.#books;
  }

  distrust(): void {
    this.#trusted = false;
  }

  replace(books: Books): void {
    if (this.#books === undefined || books.revision >= this.#books.revision) this.#set(books);
  }

  /** The last fill that somebody was known to want. */
  get wanted(): number {
    return this.#wanted;
  }

  wants(fillSeq: number): void {
    this.#wanted = fillSeq;
  }

  /** Waits until the fill is booked, but not longer than `maxMs`. */
  async whenBooked(fillSeq: number, maxMs: number): Promise<void> {
    if (fillSeq > this.#wanted) this.#wanted = fillSeq;
    const endMs = this.#clock.monotonic() + maxMs;
    while (this.peek().ledger.lastFillSeq < fillSeq) {
      const leftMs = endMs - this.#clock.monotonic();
      if (leftMs <= 0) return;
      const cancel = new AbortController();
      const changed = new Promise<void>((resolve) => this.#waiters.push(resolve));
      await Promise.race([changed, this.#clock.sleep(leftMs, cancel.signal)]);
      cancel.abort();
    }
  }

  #set(books: Books): void {
    this.#books = books;
    this.#trusted = true;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
