/**
 * How a long position is to be left, fixed by the signal that opens it. Prices and distances in quote currency; what is
 * absent does not apply. The exits rest at the exchange from the entry's fill on; the first that triggers sells the whole
 * position and ends the others, and so does a sell signal.
 */
export interface ExitPlan {
  /** Sells at the market once the price is at or below it. */
  readonly stopPrice?: number;
  /** Sells with a limit order at this price. */
  readonly takeProfitPrice?: number;
  /** A stop this far below the highest high since the fill; it never moves down. Above 0. */
  readonly trailingDistance?: number;
  /** Sells at the market at the open that follows so many closes after the fill. A whole number of at least 1. */
  readonly maxCandles?: number;
}
