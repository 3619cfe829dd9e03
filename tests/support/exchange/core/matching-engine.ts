import { Decimal } from '@octant/trading/money/decimal';
import { Claim } from './account.js';
import { MarketBook, type SimCandle } from './market-book.js';
import { checkPrice, checkQty, checkSpec, checkStep, type RejectCode } from './order-check.js';
import { OrderMatching, priceOf } from './order-matching.js';
import { OrderRecords } from './order-records.js';
import type { SimMarket, VenueRules } from './sim-market.js';
import {
  crosses,
  hasLimit,
  isOpen,
  waitsForTrigger,
  type OrderSpec,
  type SimFill,
  type SimOrder,
} from './sim-order.js';

export interface EngineOptions {
  readonly markets: readonly SimMarket[];
  readonly rules: VenueRules;
  /** Epoch ms, as the venue tells it. */
  readonly now: () => number;
  /** How much of what is left trades at this touch, a share of it above 0 up to 1; all of it where it is not given. */
  readonly fillShare?: (order: SimOrder) => Decimal;
}

export type PlaceResult =
  | { readonly outcome: 'accepted'; readonly order: SimOrder; readonly fills: readonly SimFill[] }
  | { readonly outcome: 'rejected'; readonly code: RejectCode };

export type ListResult =
  | { readonly outcome: 'accepted'; readonly listId: number; readonly orders: readonly [SimOrder, SimOrder] }
  | { readonly outcome: 'rejected'; readonly code: RejectCode };

const zero = Decimal.of(0);

/**
 * One venue's markets: orders trade against a price that tests or candles move, never against each other. What it does
 * depends on its calls alone, so that the same calls give the same orders, fills and balances.
 */
export class MatchingEngine {
  readonly rules: VenueRules;
  readonly records: OrderRecords;
  readonly #matching: OrderMatching;
  readonly #now: () => number;
  readonly #books = new Map<string, MarketBook>();

  constructor({ markets, rules, now, fillShare = () => Decimal.of(1) }: EngineOptions) {
    this.rules = rules;
    this.#now = now;
    this.records = new OrderRecords(now);
    this.#matching = new OrderMatching({ records: this.records, rules, now, fillShare });
    for (const market of markets) this.#books.set(market.symbol, new MarketBook(market));
  }

  books(): readonly MarketBook[] {
    return [...this.#books.values()];
  }

  findBook(symbol: string): MarketBook | undefined {
    return this.#books.get(symbol);
  }

  /** @throws RangeError when the venue has no such market. */
  getBook(symbol: string): MarketBook {
    const book = this.#books.get(symbol);
    if (book === undefined) {
      throw new RangeError(`symbol: expected one of ${[...this.#books.keys()].join(', ')}, was ${symbol}`);
    }
    return book;
  }

  /** Oldest first. */
  openOrders(account: string, symbol?: string): SimOrder[] {
    const books = symbol === undefined ? this.books() : [this.getBook(symbol)];
    return books
      .flatMap((book) => [...book.open.values()])
      .filter((order) => order.account === account)
      .sort((a, b) => a.id - b.id);
  }

  /** Whether it would be taken, with nothing done. */
  check(account: string, spec: OrderSpec): RejectCode | undefined {
    const book = this.#books.get(spec.symbol);
    if (book === undefined) return 'unknown_symbol';
    const refused = checkSpec(book, spec);
    if (refused !== undefined) return refused;
    const { clientOrderId } = spec;
    const isTwice = clientOrderId !== undefined && this.records.hasOpenNamesake(account, clientOrderId);
    return isTwice ? 'duplicate_client_id' : undefined;
  }

  place(account: string, spec: OrderSpec): PlaceResult {
    const refused = this.check(account, spec);
    if (refused !== undefined) return { outcome: 'rejected', code: refused };
    const book = this.getBook(spec.symbol);
    const order = this.#made(account, spec, { listId: undefined, claim: this.#claimOf(account, book, spec) });
    const code = this.#prepare(book, order) ?? this.#claim(book, [order]);
    if (code !== undefined) return { outcome: 'rejected', code };
    const before = this.records.fills().length;
    this.#admit(book, order);
    this.#matching.enter(book, order);
    return { outcome: 'accepted', order, fills: this.records.fills().slice(before) };
  }

  /** A limit and a stop on the same side, of which the first to trade or to trigger ends the other. */
  placeList(account: string, limit: OrderSpec, stop: OrderSpec): ListResult {
    const isPair = limit.symbol === stop.symbol && limit.side === stop.side && limit.qty.eq(stop.qty);
    const haveOneName = limit.clientOrderId !== undefined && limit.clientOrderId === stop.clientOrderId;
    if (!isPair || haveOneName) return { outcome: 'rejected', code: 'bad_order' };
    const refused = this.check(account, limit) ?? this.check(account, stop);
    if (refused !== undefined) return { outcome: 'rejected', code: refused };
    const book = this.getBook(limit.symbol);
    const listId = this.records.nextListId();
    const shared = { listId, claim: this.#claimOf(account, book, limit) };
    const orders = [this.#made(account, limit, shared), this.#made(account, stop, shared)] as const;
    const code = this.#prepare(book, orders[0]) ?? this.#prepare(book, orders[1]) ?? this.#claim(book, orders);
    if (code !== undefined) return { outcome: 'rejected', code };
    for (const order of orders) this.#admit(book, order);
    return { outcome: 'accepted', listId, orders };
  }

  /** Orders of a list end together. False where it was not open any more. */
  cancel(order: SimOrder, reason = 'User requested'): boolean {
    if (!isOpen(order)) return false;
    const book = this.getBook(order.spec.symbol);
    const partner = this.records.openPartnerOf(order);
    for (const each of partner === undefined ? [order] : [order, partner]) {
      this.#matching.close(book, each, { status: 'canceled', reason });
    }
    return true;
  }

  /** Another total quantity or limit for an order that keeps its id, and is of no list. */
  amend(order: SimOrder, change: { qty?: Decimal | undefined; price?: Decimal | undefined }): RejectCode | undefined {
    if (!isOpen(order)) return 'not_open';
    const book = this.getBook(order.spec.symbol);
    const { qty = order.qty, price = order.price } = change;
    if (price === undefined || !mayAmend(order) || qty.lte(order.filledQty)) return 'bad_order';
    const refused = checkStep(book, price) ?? checkQty(book, qty, price);
    if (refused !== undefined) return refused;
    const need = this.#matching.needOf(book, { ...order, qty, price });
    if (!order.claim.resize(need)) return 'insufficient_funds';
    order.qty = qty;
    order.price = price;
    this.records.tell('amended', order);
    const takes = !waitsForTrigger(order) && crosses({ side: order.spec.side, price }, priceOf(book));
    if (takes) this.#matching.take(book, order);
    return undefined;
  }

  /** The price jumps there. */
  setPrice(symbol: string, price: Decimal): void {
    const book = this.getBook(symbol);
    if (price.lte(0)) throw new RangeError(`price: expected above 0, was ${price.toFixed()}`);
    book.price = price;
    this.#matching.settle(book);
  }

  /** The price jumps to the open, then walks through low and high, the one on the way last, to the close. */
  playCandle(symbol: string, candle: SimCandle): void {
    const book = this.getBook(symbol);
    const open = Decimal.of(candle.open);
    const high = Decimal.of(candle.high);
    const low = Decimal.of(candle.low);
    const close = Decimal.of(candle.close);
    if (low.gt(Decimal.min(open, close)) || high.lt(Decimal.max(open, close)) || low.lte(0)) {
      throw new RangeError(`candle: expected 0 < low <= open, close <= high, was ${JSON.stringify(candle)}`);
    }
    book.keepCandle(candle);
    this.setPrice(symbol, open);
    for (const target of close.gte(open) ? [low, high, close] : [high, low, close]) this.#matching.walk(book, target);
  }

  #prepare(book: MarketBook, order: SimOrder): RejectCode | undefined {
    book.followOne(order);
    return checkPrice(order, priceOf(book), this.rules);
  }

  /** Orders that share a claim need the larger of their needs. */
  #claim(book: MarketBook, orders: readonly SimOrder[]): RejectCode | undefined {
    const needs = orders.map((order) => this.#matching.needOf(book, order));
    const isCovered = orders[0]?.claim.resize(Decimal.max(zero, ...needs)) === true;
    return isCovered ? undefined : 'insufficient_funds';
  }

  #claimOf(account: string, { market }: MarketBook, { side }: OrderSpec): Claim {
    return new Claim(this.records.account(account), side === 'sell' ? market.base : market.quote);
  }

  #admit(book: MarketBook, order: SimOrder): void {
    order.claim.join();
    book.open.set(order.id, order);
    this.records.add(order);
    this.records.tell('new', order);
  }

  #made(account: string, spec: OrderSpec, { listId, claim }: Pick<SimOrder, 'listId' | 'claim'>): SimOrder {
    const nowMs = this.#now();
    return {
      ...{ id: this.records.nextOrderId(), account, spec, listId, claim },
      ...{ createdAtMs: nowMs, updatedAtMs: nowMs, qty: spec.qty, price: spec.price },
      stopPrice: spec.trailingRatio === undefined ? spec.stopPrice : undefined,
      ...{ extreme: undefined, triggered: false, reason: undefined },
      ...{ filledQty: zero, filledQuote: zero, fees: zero },
      status: 'new',
    };
  }
}

function mayAmend({ spec, listId }: SimOrder): boolean {
  return listId === undefined && hasLimit(spec.type);
}
