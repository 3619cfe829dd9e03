import { createHash } from 'node:crypto';
import type { DecimalCandle } from '@octant/trading/market/candle';
import { Decimal } from '@octant/trading/money/decimal';
import type { MatchingEngine } from '../core/matching-engine.js';
import type { SimFill, SimOrder } from '../core/sim-order.js';
import type { VenueName } from '../faults/fault-script.js';
import type { EventSocket } from './event-socket.js';
import type { VenueApi } from './venue-api.js';
import type { VenueClock } from './venue-clock.js';

export interface NewKey {
  readonly account: string;
  readonly mayTrade?: boolean | undefined;
  readonly mayWithdraw?: boolean | undefined;
  /** Another one of the same account. */
  readonly name?: string | undefined;
}

/** The truth about one account, amounts as decimal strings. */
export interface AccountLedger {
  readonly account: string;
  readonly balances: Readonly<Record<string, { readonly free: string; readonly locked: string }>>;
  readonly deposits: Readonly<Record<string, string>>;
  readonly orders: readonly LedgerOrder[];
  readonly fills: readonly LedgerFill[];
}

/** An order that needs no request; at the market where it has no price. */
export interface PlacedOrder {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: SimOrder['spec']['side'];
  readonly qty: string;
  readonly price?: string | undefined;
}

export interface LedgerOrder {
  readonly id: number;
  /** As the venue prints it. */
  readonly venueOrderId: string;
  readonly clientOrderId: string | undefined;
  readonly symbol: string;
  readonly side: SimOrder['spec']['side'];
  readonly type: SimOrder['spec']['type'];
  readonly status: SimOrder['status'];
  readonly qty: string;
  readonly filledQty: string;
  readonly price: string | undefined;
  readonly createdAtMs: number;
}

export interface LedgerFill {
  readonly tradeId: number;
  readonly venueTradeId: string;
  readonly venueOrderId: string;
  readonly clientOrderId: string | undefined;
  readonly symbol: string;
  readonly side: SimFill['side'];
  readonly qty: string;
  readonly price: string;
  readonly fee: string;
  readonly feeAsset: string;
  readonly maker: boolean;
  readonly atMs: number;
}

/** One venue in the hands of a test. */
export class VenueControl {
  readonly name: VenueName;
  readonly engine: MatchingEngine;
  readonly api: VenueApi;
  readonly sockets = new Set<EventSocket>();
  readonly #clock: VenueClock;
  readonly #seed: string;
  #maintenanceUntil = 0;

  constructor(api: VenueApi, { clock, seed }: { clock: VenueClock; seed: string }) {
    this.name = api.name;
    this.engine = api.engine;
    this.api = api;
    this.#clock = clock;
    this.#seed = seed;
  }

  get isInMaintenance(): boolean {
    return this.#clock.timerNow() < this.#maintenanceUntil;
  }

  setPrice(symbol: string, price: string): void {
    this.engine.setPrice(symbol, Decimal.of(price));
  }

  playCandle(symbol: string, candle: DecimalCandle): void {
    this.engine.playCandle(symbol, candle);
  }

  /** Most that one order trades each time the price comes by; undefined: as much as it wants. */
  setDepth(symbol: string, qty: string | undefined): void {
    this.engine.getBook(symbol).depth = qty === undefined ? undefined : Decimal.of(qty);
  }

  /** Negative takes out. */
  deposit(account: string, asset: string, amount: string): void {
    this.engine.records.account(account).deposit(asset, Decimal.of(amount));
  }

  /** Answers the venue's ids, in the order given. @throws RangeError for one that the venue refuses. */
  placeOrders(account: string, orders: readonly PlacedOrder[]): { venueOrderIds: readonly string[] } {
    return { venueOrderIds: orders.map((order) => this.#place(account, order)) };
  }

  /** A key for an account; the same name and seed make the same key. */
  openKey({ account, mayTrade = true, mayWithdraw = false, name = 'main' }: NewKey): {
    apiKey: string;
    secret: string;
  } {
    const hash = (what: string) => createHash('sha512').update(`${this.#seed}:${this.name}:${account}:${name}:${what}`);
    const key = hash('key').digest('hex').slice(0, 56);
    const secret = hash('secret').digest('base64');
    this.api.addKey({ key, secret, account, mayTrade, mayWithdraw });
    return { apiKey: key, secret };
  }

  /** Tells a time that is ahead of the real one by so much. */
  setClockSkew(ms: number): void {
    this.#clock.skewMs = ms;
  }

  /** Answers nothing but that, and has no sockets, for so long; 0 ends it. */
  setMaintenance(forMs: number): void {
    this.#maintenanceUntil = this.#clock.timerNow() + forMs;
    if (forMs > 0) this.closeSockets();
  }

  closeSockets(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** They stay open and say nothing more. */
  silenceSockets(): void {
    for (const socket of this.sockets) socket.silence();
  }

  ledger(account: string): AccountLedger {
    const { records } = this.engine;
    const money = records.account(account);
    const balances = [...money.balances()].map(([asset, { free, locked }]) => [
      asset,
      { free: free.toFixed(), locked: locked.toFixed() },
    ]);
    return {
      account,
      balances: Object.fromEntries(balances) as AccountLedger['balances'],
      deposits: Object.fromEntries([...money.deposits()].map(([asset, amount]) => [asset, amount.toFixed()])),
      orders: records.ordersOf(account).map((order) => this.#orderOf(order)),
      fills: records.fillsOf(account).map((fill) => this.#fillOf(fill)),
    };
  }

  #place(account: string, { clientOrderId, symbol, side, qty, price }: PlacedOrder): string {
    const placed = this.engine.place(account, {
      ...{ clientOrderId, symbol, side, type: price === undefined ? 'market' : 'limit', qty: Decimal.of(qty) },
      ...{ price: price === undefined ? undefined : Decimal.of(price), stopPrice: undefined, trailingRatio: undefined },
      ...{ timeInForce: 'gtc', postOnly: false },
    });
    if (placed.outcome === 'accepted') return this.api.orderIdOf(placed.order.id);
    throw new RangeError(`order ${clientOrderId}: expected one that the venue takes, was ${placed.code}`);
  }

  #orderOf(order: SimOrder): LedgerOrder {
    const { clientOrderId, symbol, side, type } = order.spec;
    return {
      ...{ id: order.id, venueOrderId: this.api.orderIdOf(order.id), clientOrderId, symbol, side, type },
      ...{ status: order.status, qty: order.qty.toFixed(), filledQty: order.filledQty.toFixed() },
      ...{ price: order.price?.toFixed(), createdAtMs: order.createdAtMs },
    };
  }

  #fillOf(fill: SimFill): LedgerFill {
    const { tradeId, clientOrderId, symbol, side, feeAsset, maker, atMs } = fill;
    return {
      ...{ tradeId, venueTradeId: this.api.tradeIdOf(fill), venueOrderId: this.api.orderIdOf(fill.orderId) },
      ...{ clientOrderId, symbol, side, qty: fill.qty.toFixed(), price: fill.price.toFixed() },
      ...{ fee: fill.fee.toFixed(), feeAsset, maker, atMs },
    };
  }
}
