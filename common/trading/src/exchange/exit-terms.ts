import { Decimal } from '../money/decimal.js';

/** The exits that come with a buy, as the exchange takes them: `ExitPlan` with decimal strings. */
export interface ExitTerms {
  readonly stopPrice?: string | undefined;
  readonly takeProfitPrice?: string | undefined;
  readonly trailingDistance?: string | undefined;
  readonly maxCandles?: number | undefined;
}

/** The terms in a message, without fields that nobody knows. */
export function exitTermsOf(message: ExitTerms): ExitTerms {
  const { stopPrice, takeProfitPrice, trailingDistance, maxCandles } = message;
  return {
    ...(stopPrice === undefined ? {} : { stopPrice }),
    ...(takeProfitPrice === undefined ? {} : { takeProfitPrice }),
    ...(trailingDistance === undefined ? {} : { trailingDistance }),
    ...(maxCandles === undefined ? {} : { maxCandles }),
  };
}

/** What is wrong with the exits of an order, or undefined. A stop at or below 0 is none, and no fault. */
export function exitFault(order: { readonly side: 'buy' | 'sell'; readonly exits?: ExitTerms | undefined }) {
  const { exits } = order;
  if (exits === undefined) return undefined;
  if (order.side === 'sell') return 'expected exits with a buy only, was a sell';
  for (const field of ['takeProfitPrice', 'trailingDistance'] as const) {
    const value = exits[field];
    if (value !== undefined && Decimal.of(value).lte(0)) return `expected ${field} above 0, was ${value}`;
  }
  return undefined;
}
