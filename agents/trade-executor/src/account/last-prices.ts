import type { MarketCandles } from '@octant/trading/messages/market-candles';

export interface LastPrice {
  readonly price: string;
  /** Earliest open time of a candle that nobody has seen yet. */
  readonly nextOpenMs: number;
}

/** The newest price of each symbol, for orders that name none. Lost with the process: such orders then wait for a candle. */
export class LastPrices {
  readonly #prices = new Map<string, LastPrice>();

  note(step: MarketCandles): void {
    const nextOpenMs = step.closed ? step.closeTimeMs : step.openTimeMs + 1;
    for (const candle of step.candles) {
      this.#prices.set(candle.symbol, { price: step.closed ? candle.close : candle.open, nextOpenMs });
    }
  }

  find(symbol: string): LastPrice | undefined {
    return this.#prices.get(symbol);
  }
}
