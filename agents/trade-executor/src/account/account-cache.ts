import type { ExecAccount } from './account.js';

/**
 * The account in memory, for the one lane that changes it. Postgres is the truth: whoever starts a change says
 * `distrust` first and `replace` once it is known to be committed. A change whose end is not known (a lost reply, a crash
 * between commit and acknowledgement, a repeat that the inbox answered) leaves the copy distrusted, and the next reader
 * loads it again.
 */
export class AccountCache {
  readonly #load: () => Promise<ExecAccount>;
  #account: ExecAccount | undefined;
  #trusted = false;

  constructor(load: () => Promise<ExecAccount>) {
    this.#load = load;
  }

  /** The account as of the last committed change. */
  async current(): Promise<ExecAccount> {
    if (this.#account !== undefined && this.#trusted) return this.#account;
    const loaded = await this.#load();
    this.#account = loaded;
    this.#trusted = true;
    return loaded;
  }

  /** Whether the end of every change so far is known; false at the start. */
  get trusted(): boolean {
    return this.#trusted;
  }

  /** The last account that was known, perhaps an old one; for metrics. */
  peek(): ExecAccount | undefined {
    return this.#account;
  }

  distrust(): void {
    this.#trusted = false;
  }

  replace(account: ExecAccount): void {
    if (this.#account !== undefined && account.revision < this.#account.revision) return;
    this.#account = account;
    this.#trusted = true;
  }
}
