import { Decimal, floorToStep } from '@octant/trading/money/decimal';
import type { MarketBook } from './market-book.js';
import type { OrderRecords } from './order-records.js';
import type { VenueRules } from './sim-market.js';
import {
  crosses,
  hasLimit,
  isOpen,
  remainingOf,
  triggersAt,
  waitsForTrigger,
  type SimFill,
  type SimOrder,
} from './sim-order.js';

export interface MatchingOptions {
  readonly records: OrderRecords;
  readonly rules: VenueRules;
  readonly now: () => number;
  /** How much of what is left trades at this touch, a share of it above 0 up to 1. */
  readonly fillShare: (order: SimOrder) => Decimal;
}

interface Trade {
  readonly qty: Decimal;
  readonly price: Decimal;
  readonly maker: boolean;
}

/** What happens to orders when the price is where they wait for it. */
export class OrderMatching {
  readonly #records: OrderRecords;
  readonly #rules: VenueRules;
  readonly #now: () => number;
  readonly #fillShare: (order: SimOrder) => Decimal;

  constructor({ records, rules, now, fillShare }: MatchingOptions) {
    this.#records = records;
    this.#rules = rules;
    this.#now = now;
    this.#fillShare = fillShare;
  }

  /** A new order meets the price. */
  enter(book: MarketBook, order: SimOrder): void {
    const price = priceOf(book);
    if (waitsForTrigger(order)) {
      if (triggersAt(order, price)) this.#trigger(book, order);
      return;
    }
    this.#meet(book, order);
  }

  /** Triggers and trades whatever the price touches, each order once. */
  settle(book: MarketBook): void {
    book.follow();
    const price = priceOf(book);
    for (const order of [...book.open.values()]) {
      // One that was ended by another of this touch.
      if (!isOpen(order) || !isTouched(order, price)) continue;
      if (waitsForTrigger(order)) {
        this.#trigger(book, order);
        continue;
      }
      const qty = this.#piece(book, order, book.depth);
      if (!qty.isZero()) this.#trade(book, order, { qty, price: order.price ?? price, maker: true });
    }
  }

  /** The price walks there, and stops wherever an order waits for it. */
  walk(book: MarketBook, target: Decimal): void {
    for (;;) {
      const next = book.nextStop(target);
      book.price = next;
      this.settle(book);
      if (next.eq(target)) return;
    }
  }

  /** What an order still holds of its account. */
  needOf(book: MarketBook, order: SimOrder): Decimal {
    const qty = remainingOf(order);
    if (order.spec.side === 'sell') return qty;
    const price = order.price ?? order.stopPrice ?? order.spec.stopPrice ?? priceOf(book);
    return this.#costOf(book, qty, price);
  }

  close(book: MarketBook, order: SimOrder, end: { status: 'canceled' | 'expired'; reason: string }): void {
    if (!isOpen(order)) return;
    Object.assign(order, end);
    book.open.delete(order.id);
    order.claim.leave();
    this.#records.tell(end.status, order);
  }

  /** Takes at the price at once what it may, and waits with the rest or ends. */
  #meet(book: MarketBook, order: SimOrder): void {
    const { timeInForce, postOnly, side } = order.spec;
    const isLimit = hasLimit(order.spec.type);
    const takes = !isLimit || crosses({ side, price: order.price }, priceOf(book));
    if (takes && postOnly) {
      this.close(book, order, { status: 'canceled', reason: 'post only order' });
      return;
    }
    if (takes && !(timeInForce === 'fok' && book.depth?.lt(order.qty) === true)) this.take(book, order);
    if (isLimit && timeInForce === 'gtc') return;
    const reason = isLimit ? `${timeInForce} order not filled` : 'no liquidity or funds';
    this.close(book, order, { status: this.#rules.unfilledEndsAs, reason });
  }

  /** Trades at the price; a limit order what a touch gives, one that may not wait all that the book has. */
  take(book: MarketBook, order: SimOrder): void {
    const price = priceOf(book);
    let room = book.depth;
    do {
      const qty =
        order.spec.timeInForce === 'fok' && hasLimit(order.spec.type)
          ? remainingOf(order)
          : this.#piece(book, order, room);
      if (qty.isZero() || !this.#trade(book, order, { qty, price, maker: false })) return;
      room = room?.minus(qty);
    } while (!hasLimit(order.spec.type) && isOpen(order));
  }

  #trigger(book: MarketBook, order: SimOrder): void {
    this.#endPartner(book, order);
    order.triggered = true;
    this.#records.tell('triggered', order);
    this.#meet(book, order);
  }

  #piece(book: MarketBook, order: SimOrder, room: Decimal | undefined): Decimal {
    const left = remainingOf(order);
    const wanted = floorToStep(left.times(this.#fillShare(order)), book.lot);
    const atLeast = Decimal.max(wanted, Decimal.min(book.lot, left));
    return room === undefined ? atLeast : Decimal.min(atLeast, Decimal.max(room, 0));
  }

  /** False, with nothing done, where the account cannot pay for it. */
  #trade(book: MarketBook, order: SimOrder, { qty, price, maker }: Trade): boolean {
    const { side } = order.spec;
    this.#endPartner(book, order);
    const quoteQty = qty.times(price);
    const { fee, asset } = this.#feeOf(book, order, { qty, price, maker });
    const paid = side === 'sell' ? qty : quoteQty.plus(asset === book.market.quote ? fee : 0);
    if (paid.gt(order.claim.amount) && !order.claim.resize(paid)) return false;
    const account = this.#records.account(order.account);
    order.claim.spend(paid);
    if (side === 'buy') account.credit(book.market.base, asset === book.market.base ? qty.minus(fee) : qty);
    else account.credit(book.market.quote, quoteQty.minus(fee));
    order.filledQty = order.filledQty.plus(qty);
    order.filledQuote = order.filledQuote.plus(quoteQty);
    order.fees = order.fees.plus(fee);
    this.#shrinkClaim(book, order);
    const isFilled = remainingOf(order).isZero();
    order.status = isFilled ? 'filled' : 'partially_filled';
    if (isFilled) {
      book.open.delete(order.id);
      order.claim.leave();
    }
    const fill = this.#fillOf(book, order, { qty, price, quoteQty, fee, feeAsset: asset, maker });
    this.#records.addFill(fill);
    this.#records.tell('trade', order, fill);
    return true;
  }

  #fillOf(
    book: MarketBook,
    order: SimOrder,
    trade: Pick<SimFill, 'qty' | 'price' | 'quoteQty' | 'fee' | 'feeAsset' | 'maker'>,
  ): SimFill {
    const { clientOrderId, symbol, side, type } = order.spec;
    book.lastTradeId += 1;
    return {
      ...{
        sequence: this.#records.fills().length + 1,
        tradeId: book.lastTradeId,
        orderId: order.id,
        account: order.account,
        clientOrderId,
      },
      ...{ symbol, side, type, ...trade, atMs: this.#now() },
    };
  }

  /** What the traded part no longer needs; what is left keeps its claim where the price rose above it. */
  #shrinkClaim(book: MarketBook, order: SimOrder): void {
    const need = this.needOf(book, order);
    if (need.lt(order.claim.amount)) order.claim.resize(need);
  }

  #feeOf(book: MarketBook, order: SimOrder, { qty, price, maker }: Trade): { fee: Decimal; asset: string } {
    const ratio = maker ? book.makerFee : book.takerFee;
    const inBase = order.spec.side === 'buy' && this.#rules.feeIn === 'received';
    const gross = inBase ? qty : qty.times(price);
    const fee = gross.times(ratio).divDown(1, this.#rules.feePlaces);
    return { fee, asset: inBase ? book.market.base : book.market.quote };
  }

  /** Of a purchase, with the highest fee that it may have. */
  #costOf(book: MarketBook, qty: Decimal, price: Decimal): Decimal {
    const cost = qty.times(price);
    if (this.#rules.feeIn === 'received') return cost;
    return cost.plus(cost.times(Decimal.max(book.takerFee, book.makerFee)));
  }

  #endPartner(book: MarketBook, order: SimOrder): void {
    const partner = this.#records.openPartnerOf(order);
    if (partner !== undefined) this.close(book, partner, { status: 'expired', reason: 'the other order of the list' });
  }
}

/** @throws RangeError while the market has none. */
export function priceOf(book: MarketBook): Decimal {
  if (book.price === undefined) throw new RangeError(`price of ${book.market.symbol}: expected one, was none`);
  return book.price;
}

function isTouched(order: SimOrder, price: Decimal): boolean {
  if (waitsForTrigger(order)) return triggersAt(order, price);
  return crosses({ side: order.spec.side, price: order.price }, price);
}
