export interface BasePrice {
  readonly price: string;
  /** Where resting buys and sells wait. */
  readonly below: string;
  readonly above: string;
  /** Quantity of one unit of an order, worth some 60 of quote currency. */
  readonly unitQty: string;
  /** Most that a touch of the price trades, so that larger orders fill in parts. */
  readonly depth: string;
}

/** The markets of the run, by base currency; decimal strings. */
export const BASE_PRICES: Readonly<Record<string, BasePrice>> = {
  BTC: { price: '60000', below: '59700', above: '60300', unitQty: '0.001', depth: '0.0016' },
  ETH: { price: '3000', below: '2985', above: '3015', unitQty: '0.02', depth: '0.05' },
  SOL: { price: '150', below: '149.25', above: '150.75', unitQty: '0.4', depth: '1.1' },
};

/** The price goes from one to the next; each is beyond where half of the resting orders wait. */
export const PRICE_STEPS = ['1', '0.99', '1', '1.008'] as const;

/** Share of the orders that go out as resting limit orders. */
export const RESTING_SHARE = 0.4;

export type ChaosVenue = 'binance' | 'kraken';

/** Quote currency of the run's markets, at each venue. */
export const QUOTE = 'USDT';
