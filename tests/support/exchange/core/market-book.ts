import { Decimal } from '@octant/trading/money/decimal';
import type { SimMarket } from './sim-market.js';
import { hasLimit, waitsForTrigger, type SimOrder } from './sim-order.js';

/** Amounts are decimal strings, as exchanges print them. */
export interface SimCandle {
  readonly openTimeMs: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
}

/** One market: its price and the orders that wait in it. */
export class MarketBook {
  readonly market: SimMarket;
  readonly tick: Decimal;
  readonly lot: Decimal;
  readonly makerFee: Decimal;
  readonly takerFee: Decimal;
  /** Oldest first: who came first trades first. */
  readonly open = new Map<number, SimOrder>();
  readonly candles: SimCandle[] = [];
  price: Decimal | undefined;
  /** Most that one order trades each time the price comes by; undefined: as much as it wants. */
  depth: Decimal | undefined;
  lastTradeId = 0;

  constructor(market: SimMarket) {
    this.market = market;
    this.tick = Decimal.of(market.tickSize);
    this.lot = Decimal.of(market.lotSize);
    this.makerFee = Decimal.of(market.makerFee);
    this.takerFee = Decimal.of(market.takerFee);
  }

  /** The next price on the way at which some order might do something; the target where there is none. */
  nextStop(target: Decimal): Decimal {
    const from = this.price ?? target;
    const rises = target.gt(from);
    let nearest = target;
    for (const order of this.open.values()) {
      const price = awaitedPrice(order);
      if (price === undefined) continue;
      const isOnTheWay = rises ? price.gt(from) && price.lt(nearest) : price.lt(from) && price.gt(nearest);
      if (isOnTheWay) nearest = price;
    }
    return nearest;
  }

  /** Trailing stops follow the price. */
  follow(): void {
    for (const order of this.open.values()) this.followOne(order);
  }

  followOne(order: SimOrder): void {
    const { trailingRatio, side } = order.spec;
    const price = this.price;
    if (trailingRatio === undefined || price === undefined || order.triggered) return;
    if (order.extreme === undefined && !isActivated(order, price)) return;
    const best = order.extreme ?? price;
    order.extreme = side === 'sell' ? Decimal.max(best, price) : Decimal.min(best, price);
    const share = side === 'sell' ? Decimal.of(1).minus(trailingRatio) : trailingRatio.plus(1);
    order.stopPrice = order.extreme.times(share);
  }

  /** Updates the newest candle, or adds one. */
  keepCandle(candle: SimCandle): void {
    const newest = this.candles.at(-1);
    if (newest?.openTimeMs === candle.openTimeMs) this.candles.pop();
    this.candles.push(candle);
  }
}

function isActivated(order: SimOrder, price: Decimal): boolean {
  const { stopPrice, side } = order.spec;
  if (stopPrice === undefined) return true;
  return side === 'sell' ? price.gte(stopPrice) : price.lte(stopPrice);
}

function awaitedPrice(order: SimOrder): Decimal | undefined {
  if (waitsForTrigger(order)) return order.stopPrice ?? order.spec.stopPrice;
  return hasLimit(order.spec.type) ? order.price : undefined;
}
