import type { LiveTransaction } from '../adapters/live-store.js';
import type { LiveAccount } from './live-account.js';
import type { LiveWork, TransactionPoints } from './live-work.js';
import type { TurnMember } from './shared-turns.js';

/** The account within a transaction: locked when it is first asked for, which must be before any order is. */
export class OpenBooks {
  readonly #live: LiveTransaction;
  #account: LiveAccount | undefined;

  constructor(live: LiveTransaction) {
    this.#live = live;
  }

  async account(): Promise<LiveAccount> {
    this.#account ??= await this.#live.lockAccount();
    return this.#account;
  }

  /** Notes what has been written to it. */
  become(account: LiveAccount): void {
    this.#account = account;
  }
}

/** Outcomes and fills: work that may share a transaction with others. It may run more than once. */
export interface BooksWork extends TurnMember {
  readonly points: TransactionPoints;
  readonly run: (work: LiveWork, books: OpenBooks) => Promise<void>;
}
