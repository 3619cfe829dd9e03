import { TransientError } from '@octant/platform/errors/errors';
import { canTransition } from '@octant/trading/exchange/order-state';
import type { OrderState } from '@octant/trading/messages/execution';
import { canceledReason, openOrderOf, type ExecAccount, type OpenOrder } from '../account/account.js';
import type {
  AccountStore,
  AppliedHalt,
  ExitOrder,
  FillsChange,
  KnownOrder,
  OrderIntent,
} from '../adapters/account-store.js';

interface KeptOrder extends KnownOrder {
  readonly intent: OrderIntent;
}

/** The account's tables in memory; passes the same contract as the ones in Postgres. Transactions never roll back. */
export class MemoryAccountStore implements AccountStore {
  #account: ExecAccount | undefined;
  readonly #orders = new Map<string, KeptOrder>();
  readonly #fills = new Map<string, { readonly fillSeq: number; readonly atMs: number }>();

  async open(startEquityQuote: string): Promise<void> {
    this.#account ??= {
      revision: 0,
      startEquityQuote,
      cashQuote: startEquityQuote,
      positions: {},
      lastFillSeq: 0,
      lastFillAtMs: 0,
      halt: { haltVersion: 0, halted: false, reason: null },
      openOrders: [],
      exits: [],
      lastCandles: [],
    };
    return Promise.resolve();
  }

  load(): Promise<ExecAccount> {
    if (this.#account === undefined) return Promise.reject(new Error('expected an open paper account, was none'));
    return Promise.resolve(this.#account);
  }

  lastFillSeqBefore(atMs: number): Promise<number> {
    const before = [...this.#fills.values()].filter((fill) => fill.atMs < atMs);
    return Promise.resolve(Math.max(0, ...before.map(({ fillSeq }) => fillSeq)));
  }

  async insertOrder(_sql: unknown, intent: OrderIntent, expectedRevision: number): Promise<KnownOrder | undefined> {
    const known = this.#orders.get(intent.orderId);
    if (known !== undefined) {
      const { intent: _first, ...facts } = known;
      return facts;
    }
    const account = await this.load();
    checkRevision(account, expectedRevision);
    const { orderId, symbol, side, qty, sessionId, state, reason } = intent;
    this.#orders.set(orderId, { symbol, side, qty, sessionId, state, reason, intent });
    const openOrders = [...account.openOrders, ...(state === 'acknowledged' ? [openOrderOf(intent)] : [])];
    this.#account = { ...account, revision: account.revision + 1, openOrders };
    return undefined;
  }

  async applyFills(_sql: unknown, change: FillsChange): Promise<void> {
    checkRevision(await this.load(), change.account.revision - 1);
    for (const { fillId, fillSeq, atMs } of change.fills) {
      if (this.#fills.has(fillId)) throw new Error(`expected fill ${fillId} once, was there`);
      this.#fills.set(fillId, { fillSeq, atMs });
    }
    for (const order of change.exitOrders) this.#addExitOrder(order);
    for (const { orderId, state, reason } of change.orders) this.#change(orderId, state, reason);
    this.#account = change.account;
  }

  async applyHalt(_sql: unknown, halt: ExecAccount['halt']): Promise<AppliedHalt> {
    const account = await this.load();
    if (halt.haltVersion <= account.halt.haltVersion) {
      return { haltVersion: account.halt.haltVersion, canceled: [] };
    }
    const canceled = halt.halted ? account.openOrders.filter((order) => order.side === 'buy') : [];
    for (const { orderId } of canceled) this.#change(orderId, 'canceled', canceledReason(halt));
    this.#account = { ...account, revision: account.revision + 1, halt, openOrders: without(account, canceled) };
    return {
      haltVersion: halt.haltVersion,
      canceled: canceled.map((order) => ({ ...order, state: 'canceled' })),
    };
  }

  async cancelSession(_sql: unknown, sessionId: string, reason: string): Promise<readonly OpenOrder[]> {
    const account = await this.load();
    const canceled = account.openOrders.filter((order) => order.sessionId === sessionId);
    for (const { orderId } of canceled) this.#change(orderId, 'canceled', reason);
    this.#account = { ...account, revision: account.revision + 1, openOrders: without(account, canceled) };
    return canceled.map((order) => ({ ...order, state: 'canceled' }));
  }

  async endExits(_sql: unknown, sessionId: string): Promise<readonly OpenOrder[]> {
    const account = await this.load();
    const ended = account.exits.filter(({ entry }) => entry.sessionId === sessionId);
    const exits = account.exits.filter((each) => !ended.includes(each));
    this.#account = { ...account, revision: account.revision + 1, exits };
    return ended.map(({ entry }) => entry);
  }

  #addExitOrder({ orderId, entryId, qty }: ExitOrder): void {
    const entry = this.#orders.get(entryId);
    if (entry === undefined || this.#orders.has(orderId))
      throw new Error(`expected ${orderId} to be new, of a known entry`);
    this.#orders.set(orderId, { ...entry, side: 'sell', qty, state: 'acknowledged' });
  }

  #change(orderId: string, state: OrderState, reason: string | undefined): void {
    const order = this.#orders.get(orderId);
    if (order === undefined || !canTransition(order.state, state)) {
      throw new Error(`expected an order ${orderId} that may become ${state}, was ${order?.state ?? 'none'}`);
    }
    this.#orders.set(orderId, { ...order, state, reason });
  }
}

function without(account: ExecAccount, orders: readonly OpenOrder[]): readonly OpenOrder[] {
  return account.openOrders.filter((order) => !orders.includes(order));
}

function checkRevision(account: ExecAccount, expected: number): void {
  if (account.revision === expected) return;
  throw new TransientError(`expected the account at revision ${String(expected)}, was changed since`, {
    code: 'stale_account',
  });
}
