/** One market's rules; amounts and ratios are decimal strings. */
export interface SimMarket {
  /** Canonical, `BTC-USDT`. */
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly tickSize: string;
  readonly lotSize: string;
  readonly minQty: string;
  readonly maxQty: string;
  readonly minNotional: string;
  /** Share of what is traded, 0.001 = 0.1 %. */
  readonly makerFee: string;
  readonly takerFee: string;
}

/** What a venue does its own way. */
export interface VenueRules {
  /** Fees are taken from what the trade brings, or always in quote currency. */
  readonly feeIn: 'received' | 'quote';
  /** Fees are cut to so many decimal places. */
  readonly feePlaces: number;
  /** A post-only order that would take is refused, or taken and cancelled at once. */
  readonly crossingPostOnly: 'reject' | 'cancel';
  /** A stop on the wrong side of the price is refused, or triggers at once. */
  readonly crossedStop: 'reject' | 'trigger';
  /** How an order ends that may not wait: immediate-or-cancel, fill-or-kill, market orders without a counterpart. */
  readonly unfilledEndsAs: 'expired' | 'canceled';
}

export const binanceRules: VenueRules = {
  feeIn: 'received',
  feePlaces: 8,
  crossingPostOnly: 'reject',
  crossedStop: 'reject',
  unfilledEndsAs: 'expired',
};

export const krakenRules: VenueRules = {
  feeIn: 'quote',
  feePlaces: 5,
  crossingPostOnly: 'cancel',
  crossedStop: 'trigger',
  unfilledEndsAs: 'canceled',
};

const binanceFees = { makerFee: '0.001', takerFee: '0.001' };

export const binanceMarkets: readonly SimMarket[] = [
  {
    ...{ symbol: 'BTC-USDT', base: 'BTC', quote: 'USDT', tickSize: '0.01', lotSize: '0.00001' },
    ...{ minQty: '0.00001', maxQty: '9000', minNotional: '5', ...binanceFees },
  },
  {
    ...{ symbol: 'ETH-USDT', base: 'ETH', quote: 'USDT', tickSize: '0.01', lotSize: '0.0001' },
    ...{ minQty: '0.0001', maxQty: '9000', minNotional: '5', ...binanceFees },
  },
  {
    ...{ symbol: 'SOL-USDT', base: 'SOL', quote: 'USDT', tickSize: '0.01', lotSize: '0.001' },
    ...{ minQty: '0.001', maxQty: '90000', minNotional: '5', ...binanceFees },
  },
];

const krakenFees = { makerFee: '0.0025', takerFee: '0.004' };

export const krakenMarkets: readonly SimMarket[] = [
  {
    ...{ symbol: 'BTC-USD', base: 'BTC', quote: 'USD', tickSize: '0.1', lotSize: '0.00000001' },
    ...{ minQty: '0.00005', maxQty: '10000', minNotional: '0.5', ...krakenFees },
  },
  {
    ...{ symbol: 'BTC-USDT', base: 'BTC', quote: 'USDT', tickSize: '0.1', lotSize: '0.00000001' },
    ...{ minQty: '0.00005', maxQty: '10000', minNotional: '0.5', ...krakenFees },
  },
  {
    ...{ symbol: 'ETH-USDT', base: 'ETH', quote: 'USDT', tickSize: '0.01', lotSize: '0.00000001' },
    ...{ minQty: '0.001', maxQty: '100000', minNotional: '0.5', ...krakenFees },
  },
  {
    ...{ symbol: 'SOL-USDT', base: 'SOL', quote: 'USDT', tickSize: '0.01', lotSize: '0.00000001' },
    ...{ minQty: '0.02', maxQty: '1000000', minNotional: '0.5', ...krakenFees },
  },
];
