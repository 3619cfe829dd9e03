import { getInstrument, type Instrument } from '../market/instrument.js';
import type { OrderSide, TimeframeName } from '../messages/envelope.js';
import { Decimal, floorToStep, formatDecimal, parseDecimal } from '../money/decimal.js';
import { buyInto, FLAT, sellFrom, type Position } from '../portfolio/position.js';
import type { PaperVenue } from './match-step.js';
import type { PaperBook } from './paper-book.js';
import type { PaperFill, PaperOrder, PaperOutcome, UnsettledReason } from './paper-exchange.js';
import { inRestingOrder, type RestingExits } from './resting-exits.js';

/** A book while a step of candles is matched against it. */
export class MatchState<Order extends PaperOrder> {
  readonly outcomes: PaperOutcome[] = [];
  readonly timeframe: TimeframeName;
  readonly venue: PaperVenue;
  readonly #before: PaperBook<Order>;
  #cash: string;
  #positions: Readonly<Record<string, Position>>;
  #orders: readonly Order[];
  #exits: readonly RestingExits<Order>[];

  constructor(book: PaperBook<Order>, timeframe: TimeframeName, venue: PaperVenue) {
    this.#before = book;
    this.timeframe = timeframe;
    this.venue = venue;
    this.#cash = book.cash;
    this.#positions = book.positions;
    this.#orders = book.orders;
    this.#exits = book.exits;
  }

  get orders(): readonly Order[] {
    return this.#orders;
  }

  get exits(): readonly RestingExits<Order>[] {
    return this.#exits;
  }

  positionOf(symbol: string): Position {
    return this.#positions[symbol] ?? FLAT;
  }

  exitsOf(entryId: string): RestingExits<Order> | undefined {
    return this.#exits.find(({ entry }) => entry.orderId === entryId);
  }

  instrumentOf(symbol: string): Instrument {
    return getInstrument(this.venue.instruments, symbol);
  }

  putOrder(order: Order): void {
    this.#orders = this.#orders.map((known) => (known.orderId === order.orderId ? order : known));
  }

  dropOrder(orderId: string): void {
    this.#orders = this.#orders.filter((order) => order.orderId !== orderId);
  }

  putExits(exits: RestingExits<Order>): void {
    if (this.#exits.includes(exits)) return;
    const others = this.#exits.filter(({ entry }) => entry.orderId !== exits.entry.orderId);
    this.#exits = [...others, exits].sort(inRestingOrder);
  }

  dropExits(entryId: string): void {
    this.#exits = this.#exits.filter(({ entry }) => entry.orderId !== entryId);
  }

  /**
   * How much of what is left fills in a candle that traded so much: whole lots within the rules' share of it. A volume
   * that nobody knows fills nothing where there is such a limit.
   */
  partOf(left: Decimal, symbol: string, volume: string | undefined): Decimal {
    const share = this.venue.rules.maxVolumeShare;
    if (share === undefined) return left;
    const most = floorToStep(parseDecimal(volume ?? '0').times(share), this.instrumentOf(symbol).lotSize);
    return Decimal.min(left, most);
  }

  /** Why the account cannot settle it, or undefined. */
  unsettled(deal: Deal): UnsettledReason | undefined {
    const { side, qty, notional, feeQuote } = deal;
    if (side === 'buy') return notional.plus(feeQuote).gt(parseDecimal(this.#cash)) ? 'insufficient_funds' : undefined;
    return qty.gt(parseDecimal(this.positionOf(deal.symbol).qty)) ? 'insufficient_position' : undefined;
  }

  /** Moves cash and position by a deal that the account can settle. */
  settle({ symbol, side, qty, price, notional, feeQuote }: Deal): SettledFields {
    const held = this.positionOf(symbol);
    const sold = side === 'sell' ? sellFrom(held, qty) : undefined;
    const next = sold ?? buyInto(held, qty, notional);
    const moved = sold === undefined ? notional.neg() : notional;
    this.#cash = formatDecimal(parseDecimal(this.#cash).plus(moved).minus(feeQuote));
    const position = { qty: formatDecimal(next.qty), costQuote: formatDecimal(next.costQuote) };
    this.#positions = { ...this.#positions, [symbol]: position };
    return {
      qty: formatDecimal(qty),
      price: formatDecimal(price),
      notional: formatDecimal(notional),
      feeQuote: formatDecimal(feeQuote),
      profit: sold === undefined ? '0' : formatDecimal(notional.minus(sold.costOut)),
      cash: this.#cash,
      position,
    };
  }

  /** The book as it is now; positions are only those that are held. */
  book(): PaperBook<Order> {
    const { orders, exits } = this.#before;
    if (this.outcomes.length === 0 && this.#orders === orders && this.#exits === exits) return this.#before;
    const held = Object.entries(this.#positions).filter(([, { qty }]) => qty !== '0');
    return { cash: this.#cash, positions: Object.fromEntries(held), orders: this.#orders, exits: this.#exits };
  }
}

/** A fill that is about to be settled. */
export interface Deal {
  readonly symbol: string;
  readonly side: OrderSide;
  /** Base quantity. */
  readonly qty: Decimal;
  readonly price: Decimal;
  readonly notional: Decimal;
  readonly feeQuote: Decimal;
}

type SettledFields = Pick<PaperFill, 'qty' | 'price' | 'notional' | 'feeQuote' | 'profit' | 'cash' | 'position'>;
