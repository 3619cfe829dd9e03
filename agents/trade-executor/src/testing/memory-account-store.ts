import { TransientError } from '@octant/platform/errors/errors';
import type { OrderState } from '@octant/trading/messages/execution';
import { canceledReason, type ExecAccount, type OpenOrder } from '../account/account.js';
import type { AccountStore, AppliedHalt, FillsChange, KnownOrder, OrderIntent } from '../adapters/account-store.js';

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
    this.#account = { ...account, revision: account.revision + 1, openOrders: this.#openOrders() };
    return undefined;
  }

  async applyFills(_sql: unknown, change: FillsChange): Promise<void> {
    checkRevision(await this.load(), change.account.revision - 1);
    for (const { fillId, fillSeq, atMs } of change.fills) {
      if (this.#fills.has(fillId)) throw new Error(`expected fill ${fillId} once, was there`);
      this.#fills.set(fillId, { fillSeq, atMs });
    }
    for (const { orderId, state, reason } of change.ends) this.#end(orderId, state, reason);
    this.#account = change.account;
  }

  async applyHalt(_sql: unknown, halt: ExecAccount['halt']): Promise<AppliedHalt> {
    const account = await this.load();
    if (halt.haltVersion <= account.halt.haltVersion) {
      return { haltVersion: account.halt.haltVersion, canceled: [] };
    }
    const canceled = halt.halted ? account.openOrders.filter((order) => order.side === 'buy') : [];
    for (const { orderId } of canceled) this.#end(orderId, 'canceled', canceledReason(halt));
    this.#account = { ...account, revision: account.revision + 1, halt, openOrders: this.#openOrders() };
    return {
      haltVersion: halt.haltVersion,
      canceled: canceled.map((order) => ({ ...order, state: 'canceled' })),
    };
  }

  async cancelSession(_sql: unknown, sessionId: string, reason: string): Promise<readonly OpenOrder[]> {
    const account = await this.load();
    const canceled = account.openOrders.filter((order) => order.sessionId === sessionId);
    for (const { orderId } of canceled) this.#end(orderId, 'canceled', reason);
    this.#account = { ...account, revision: account.revision + 1, openOrders: this.#openOrders() };
    return canceled.map((order) => ({ ...order, state: 'canceled' }));
  }

  #end(orderId: string, state: OrderState, reason: string | undefined): void {
    const order = this.#orders.get(orderId);
    if (order?.state !== 'acknowledged') throw new Error(`expected an open order ${orderId} to end, was none`);
    this.#orders.set(orderId, { ...order, state, reason });
  }

  #openOrders(): ExecAccount['openOrders'] {
    return [...this.#orders.values()]
      .filter((order) => order.state === 'acknowledged')
      .map(({ intent }) => {
        const { orderId, symbol, side, qty, referencePrice, notBeforeMs, timeframe } = intent;
        const { state, requestId, sessionId, traceId } = intent;
        return {
          orderId,
          symbol,
          side,
          qty,
          referencePrice,
          notBeforeMs,
          timeframe,
          state,
          requestId,
          sessionId,
          traceId,
        };
      });
  }
}

function checkRevision(account: ExecAccount, expected: number): void {
  if (account.revision === expected) return;
  throw new TransientError(`expected the account at revision ${String(expected)}, was changed since`, {
    code: 'stale_account',
  });
}
