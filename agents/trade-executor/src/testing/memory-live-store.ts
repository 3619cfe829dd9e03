import type { Identified } from '@octant/platform/bus/encode-message';
import { PermanentError, TransientError } from '@octant/platform/errors/errors';
import type { Sql } from '@octant/platform/postgres/sql';
import { parseDecimal } from '@octant/trading/money/decimal';
import type {
  AdminCommand,
  CandleHighs,
  Claimed,
  ClaimTerms,
  LiveFillRow,
  LiveStore,
  LiveTransaction,
  OpenVenueFill,
} from '../adapters/live-store.js';
import type { Difference } from '../live/difference.js';
import type { LiveAccount } from '../live/live-account.js';
import type { LiveExitsOfEntry } from '../live/exits/live-exits.js';
import { isOpen, type LiveOrder, type LiveOrderPatch } from '../live/live-order.js';
import { accountOf, copyOf, emptyTables, exitsOf, fillKey, transactionOn } from './memory-live-tables.js';

/**
 * The tables of the live machine in memory, at the time that `now` tells; passes the same contract as those in Postgres.
 * Transactions run one after the other and roll back when they throw, or when the process that holds one dies (`crash`).
 */
export class MemoryLiveStore implements LiveStore {
  readonly #now: () => number;
  #tables = emptyTables();
  readonly #cursors = new Map<string, number>();
  #turn: Promise<unknown> = Promise.resolve();
  #life = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The process that uses it dies: transactions that have not ended roll back, and it is never heard of again. */
  crash(): void {
    this.#life += 1;
    this.#turn = Promise.resolve();
  }

  /** Everything that was ever said, in the order of the commits. */
  get outbox(): readonly Identified[] {
    return this.#tables.outbox;
  }

  get allOrders(): readonly LiveOrder[] {
    return [...this.#tables.orders.values()];
  }

  get allFills(): readonly LiveFillRow[] {
    return [...this.#tables.fills.values()];
  }

  open({ exchange, quoteCurrency, startEquityQuote }: Parameters<LiveStore['open']>[0]): Promise<void> {
    const tables = this.#tables;
    const wanted = `${exchange} in ${quoteCurrency}`;
    if (tables.books !== undefined && `${tables.books.exchange} in ${tables.books.quoteCurrency}` !== wanted) {
      return Promise.reject(new PermanentError(`expected the account at ${wanted}`, { code: 'other_account' }));
    }
    tables.books ??= {
      exchange,
      quoteCurrency,
      startEquityQuote,
      cashQuote: startEquityQuote,
      positions: {},
      lastFillSeq: 0,
      lastFillAtMs: 0,
      halt: { haltVersion: 0, halted: false, reason: null },
      openedAtMs: this.#now(),
      confirmedBy: undefined,
      confirmedAtMs: undefined,
    };
    return Promise.resolve();
  }

  /** A transaction in memory is its own `Sql`. */
  within(sql: Sql): LiveTransaction {
    return sql as unknown as LiveTransaction;
  }

  transact<Result>(work: (live: LiveTransaction) => Promise<Result>): Promise<Result> {
    const life = this.#life;
    const run = this.#turn.then(async () => {
      this.#checkAlive(life);
      const copy = copyOf(this.#tables);
      const result = await work(transactionOn(copy, this.#now));
      this.#checkAlive(life);
      this.#tables = copy;
      return result;
    });
    this.#turn = run.catch(() => undefined);
    return run;
  }

  loadAccount(): Promise<LiveAccount> {
    return Promise.resolve(accountOf(this.#tables));
  }

  claimIntended(terms: ClaimTerms & { readonly requestsMs: number | null }): Promise<Claimed> {
    const { owner, leaseMs, requestsMs } = terms;
    const nowMs = this.#now();
    const process = owner.split('/')[0];
    const heldByOther = (symbol: string) =>
      this.allOrders.some(
        (order) =>
          order.symbol === symbol &&
          order.state === 'sent' &&
          order.leaseUntilMs > nowMs &&
          order.owner?.split('/')[0] !== process,
      );
    return this.#claim(terms, {
      which: ({ state, dueAtMs, cancelReason, symbol, algorithm }) =>
        state === 'intended' &&
        algorithm === undefined &&
        dueAtMs <= nowMs &&
        cancelReason === undefined &&
        !heldByOther(symbol),
      change: ({ attempts }) => ({
        state: 'sent',
        owner,
        leaseUntilMs: nowMs + leaseMs,
        requestsExpireAtMs: requestsMs === null ? null : nowMs + requestsMs,
        attempts: attempts + 1,
      }),
    });
  }

  claimUnresolved(terms: ClaimTerms): Promise<Claimed> {
    const nowMs = this.#now();
    return this.#claim(terms, {
      which: ({ state, leaseUntilMs, dueAtMs }) =>
        (state === 'sent' || state === 'unknown') && leaseUntilMs <= nowMs && dueAtMs <= nowMs,
      change: ({ lookUps }) => ({ owner: terms.owner, leaseUntilMs: nowMs + terms.leaseMs, lookUps: lookUps + 1 }),
    });
  }

  async claimCancels({ limit, retryMs }: { limit: number; retryMs: number }): Promise<readonly LiveOrder[]> {
    const nowMs = this.#now();
    const { orders } = await this.#claim(
      { limit },
      {
        which: (order) =>
          isOpen(order) && order.venueOrderId !== undefined && (order.cancelDueAtMs ?? Infinity) <= nowMs,
        change: ({ cancelAttempts }) => ({ cancelDueAtMs: nowMs + retryMs, cancelAttempts: cancelAttempts + 1 }),
      },
    );
    return orders;
  }

  openOrders(): Promise<readonly LiveOrder[]> {
    return Promise.resolve(this.allOrders.filter(isOpen));
  }

  ordersByClientId(ids: readonly string[]): Promise<readonly LiveOrder[]> {
    return Promise.resolve(this.allOrders.filter(({ clientOrderId }) => ids.includes(clientOrderId)));
  }

  knownTrades(symbol: string, tradeIds: readonly string[]): Promise<ReadonlySet<string>> {
    return Promise.resolve(
      new Set(tradeIds.filter((tradeId) => this.#tables.venueFills.has(fillKey({ symbol, tradeId })))),
    );
  }

  openVenueFills(): Promise<readonly OpenVenueFill[]> {
    const open = [...this.#tables.venueFills.values()].flatMap(({ fill, state }) =>
      state.state === 'unmatched' || state.state === 'unbookable' ? [{ fill, state: state.state, why: state.why }] : [],
    );
    return Promise.resolve(open.sort((a, b) => a.fill.atMs - b.fill.atMs));
  }

  cursors(): Promise<ReadonlyMap<string, number>> {
    return Promise.resolve(new Map(this.#cursors));
  }

  moveCursor(symbol: string, sinceMs: number): Promise<void> {
    this.#cursors.set(symbol, Math.max(sinceMs, this.#cursors.get(symbol) ?? sinceMs));
    return Promise.resolve();
  }

  activeSymbols(withinMs: number): Promise<readonly string[]> {
    const { touched, venueFills, books } = this.#tables;
    const sinceMs = this.#now() - withinMs;
    const symbols = new Set(Object.keys(books?.positions ?? {}));
    for (const order of this.allOrders) {
      if (isOpen(order) || (touched.get(order.orderId) ?? 0) > sinceMs) symbols.add(order.symbol);
    }
    for (const { fill, state, atMs } of venueFills.values()) {
      if (state.state === 'unmatched' || atMs > sinceMs) symbols.add(fill.symbol);
    }
    return Promise.resolve([...symbols].sort());
  }

  baselines(): Promise<ReadonlyMap<string, string>> {
    return Promise.resolve(new Map(this.#tables.baselines));
  }

  differences({ open, limit }: { open: boolean; limit: number }): Promise<readonly Difference[]> {
    const found = this.#tables.differences.filter(({ state }) => !open || state === 'open');
    return Promise.resolve([...found].reverse().slice(0, limit));
  }

  exits(): Promise<readonly LiveExitsOfEntry[]> {
    const { orders } = this.#tables;
    return Promise.resolve(
      exitsOf(this.#tables).map((exits) => ({ ...exits, terms: orders.get(exits.entryId)?.exits ?? {} })),
    );
  }

  raiseHighs({ openTimeMs, candles }: CandleHighs): Promise<boolean> {
    let rose = false;
    for (const exits of exitsOf(this.#tables)) {
      const high = candles.find(({ symbol }) => symbol === exits.symbol)?.high;
      const trails = this.#tables.orders.get(exits.entryId)?.exits?.trailingDistance !== undefined;
      if (high === undefined || !trails || exits.sinceMs > openTimeMs) continue;
      if (parseDecimal(high).lte(parseDecimal(exits.highPrice))) continue;
      this.#tables.exits.set(exits.entryId, { ...exits, highPrice: high });
      rose = true;
    }
    return Promise.resolve(rose);
  }

  openCommands(): Promise<readonly AdminCommand[]> {
    return Promise.resolve([...this.#tables.commands.values()].filter(({ state }) => state === 'open'));
  }

  /** One statement: nothing comes between its look and its change. */
  #claim(
    { limit }: { readonly limit: number },
    by: { readonly which: (order: LiveOrder) => boolean; readonly change: (order: LiveOrder) => LiveOrderPatch },
  ): Promise<Claimed> {
    const life = this.#life;
    return this.transact((live) => {
      this.#checkAlive(life);
      return claimIn(live, this.allOrders.filter(by.which).slice(0, limit), by.change);
    }).then((orders) => ({ orders, nowMs: this.#now() }));
  }

  #checkAlive(life: number): void {
    if (life !== this.#life) throw new TransientError('expected a living process, was a dead one', { code: 'dead' });
  }
}

async function claimIn(
  live: LiveTransaction,
  orders: readonly LiveOrder[],
  change: (order: LiveOrder) => LiveOrderPatch,
): Promise<readonly LiveOrder[]> {
  const claimed: LiveOrder[] = [];
  for (const order of orders) {
    const patch = change(order);
    await live.updateOrder(order.orderId, patch);
    claimed.push({ ...order, ...patch });
  }
  return claimed;
}
