import { Decimal } from '@octant/trading/money/decimal';

export interface ApiKey {
  readonly key: string;
  readonly secret: string;
  readonly account: string;
  readonly mayTrade: boolean;
  readonly mayWithdraw: boolean;
}

export interface Balance {
  readonly free: Decimal;
  readonly locked: Decimal;
}

const zero = Decimal.of(0);
const nothing: Balance = { free: zero, locked: zero };

/** One account's money, exact. */
export class Account {
  readonly id: string;
  readonly #balances = new Map<string, Balance>();
  readonly #deposits = new Map<string, Decimal>();

  constructor(id: string) {
    this.id = id;
  }

  balanceOf(asset: string): Balance {
    return this.#balances.get(asset) ?? nothing;
  }

  balances(): ReadonlyMap<string, Balance> {
    return this.#balances;
  }

  /** All that was ever put in or taken out from outside, by asset. */
  deposits(): ReadonlyMap<string, Decimal> {
    return this.#deposits;
  }

  /** Negative takes out. @throws RangeError when there is not so much free. */
  deposit(asset: string, amount: Decimal): void {
    this.credit(asset, amount);
    this.#deposits.set(asset, (this.#deposits.get(asset) ?? zero).plus(amount));
  }

  /** What a trade brings. */
  credit(asset: string, amount: Decimal): void {
    const { free, locked } = this.balanceOf(asset);
    this.#set(asset, { free: free.plus(amount), locked });
  }

  /** False, with nothing changed, where there is not so much free. */
  lock(asset: string, amount: Decimal): boolean {
    const { free, locked } = this.balanceOf(asset);
    if (free.lt(amount)) return false;
    this.#set(asset, { free: free.minus(amount), locked: locked.plus(amount) });
    return true;
  }

  release(asset: string, amount: Decimal): void {
    const { free, locked } = this.balanceOf(asset);
    this.#set(asset, { free: free.plus(amount), locked: locked.minus(amount) });
  }

  spendLocked(asset: string, amount: Decimal): void {
    const { free, locked } = this.balanceOf(asset);
    this.#set(asset, { free, locked: locked.minus(amount) });
  }

  #set(asset: string, balance: Balance): void {
    if (balance.free.lt(0) || balance.locked.lt(0)) {
      throw new RangeError(
        `balance of ${asset} in ${this.id}: expected at least 0, was ${balance.free.toFixed()} free and ${balance.locked.toFixed()} locked`,
      );
    }
    this.#balances.set(asset, balance);
  }
}

/** What open orders hold of an account; the two orders of a list share one. */
export class Claim {
  readonly asset: string;
  readonly #account: Account;
  #amount = zero;
  #users = 0;

  constructor(account: Account, asset: string) {
    this.#account = account;
    this.asset = asset;
  }

  get amount(): Decimal {
    return this.#amount;
  }

  join(): void {
    this.#users += 1;
  }

  /** The last one to leave releases it. */
  leave(): void {
    this.#users -= 1;
    if (this.#users === 0) this.resize(zero);
  }

  /** False, with nothing changed, where the account has not so much more. */
  resize(amount: Decimal): boolean {
    if (amount.gt(this.#amount)) {
      if (!this.#account.lock(this.asset, amount.minus(this.#amount))) return false;
    } else {
      this.#account.release(this.asset, this.#amount.minus(amount));
    }
    this.#amount = amount;
    return true;
  }

  spend(amount: Decimal): void {
    this.#account.spendLocked(this.asset, amount);
    this.#amount = this.#amount.minus(amount);
  }
}
