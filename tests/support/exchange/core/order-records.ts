import { Account } from './account.js';
import { isOpen, type EngineEvent, type OrderChange, type SimFill, type SimOrder } from './sim-order.js';

/** All that one venue knows: accounts, orders and fills; and who wants to hear of changes. */
export class OrderRecords {
  readonly #now: () => number;
  readonly #accounts = new Map<string, Account>();
  readonly #orders = new Map<number, SimOrder>();
  readonly #byClientId = new Map<string, SimOrder>();
  readonly #byAccount = new Map<string, SimOrder[]>();
  readonly #lists = new Map<number, SimOrder[]>();
  readonly #fills: SimFill[] = [];
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  #lastOrderId = 0;
  #lastListId = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  listen(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Opens it at the first question. */
  account(id: string): Account {
    const known = this.#accounts.get(id);
    if (known !== undefined) return known;
    const account = new Account(id);
    this.#accounts.set(id, account);
    return account;
  }

  accounts(): readonly Account[] {
    return [...this.#accounts.values()];
  }

  nextOrderId(): number {
    this.#lastOrderId += 1;
    return this.#lastOrderId;
  }

  nextListId(): number {
    this.#lastListId += 1;
    return this.#lastListId;
  }

  add(order: SimOrder): void {
    this.#orders.set(order.id, order);
    const { account, listId, spec } = order;
    if (spec.clientOrderId !== undefined) this.#byClientId.set(`${account} ${spec.clientOrderId}`, order);
    append(this.#byAccount, account, order);
    if (listId !== undefined) append(this.#lists, listId, order);
  }

  addFill(fill: SimFill): void {
    this.#fills.push(fill);
  }

  /** All of the account's orders, open or not, oldest first. */
  ordersOf(account: string): readonly SimOrder[] {
    return this.#byAccount.get(account) ?? [];
  }

  findOrder(account: string, id: number): SimOrder | undefined {
    const order = this.#orders.get(id);
    return order?.account === account ? order : undefined;
  }

  /** The newest order with that client id. */
  findByClientId(account: string, clientOrderId: string): SimOrder | undefined {
    return this.#byClientId.get(`${account} ${clientOrderId}`);
  }

  hasOpenNamesake(account: string, clientOrderId: string): boolean {
    const namesake = this.findByClientId(account, clientOrderId);
    return namesake !== undefined && isOpen(namesake);
  }

  listOf(account: string, listId: number): readonly SimOrder[] {
    return (this.#lists.get(listId) ?? []).filter((order) => order.account === account);
  }

  openPartnerOf(order: SimOrder): SimOrder | undefined {
    if (order.listId === undefined) return undefined;
    return this.#lists.get(order.listId)?.find((other) => other !== order && isOpen(other));
  }

  /** Oldest first. */
  fillsOf(account: string): readonly SimFill[] {
    return this.#fills.filter((fill) => fill.account === account);
  }

  /** Every fill of the venue, oldest first. */
  fills(): readonly SimFill[] {
    return this.#fills;
  }

  /** Stamps the order and tells of it as it is now. */
  tell(change: OrderChange, order: SimOrder, fill?: SimFill): void {
    order.updatedAtMs = this.#now();
    const event = { change, order: { ...order }, fill, atMs: order.updatedAtMs };
    for (const listener of this.#listeners) listener(event);
  }
}

function append<K>(map: Map<K, SimOrder[]>, key: K, order: SimOrder): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [order]);
  else known.push(order);
}
