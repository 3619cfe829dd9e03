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
    const nextOpenMs = nextOpenOf(step);
    for (const candle of step.candles) {
      if (this.isPast(candle.symbol, step)) continue;
      this.#prices.set(candle.symbol, { price: step.closed ? candle.close : candle.open, nextOpenMs });
    }
  }

  /** Whether the symbol has shown later candles than the step's. */
  isPast(symbol: string, step: MarketCandles): boolean {
    return nextOpenOf(step) < (this.#prices.get(symbol)?.nextOpenMs ?? 0);
  }

  find(symbol: string): LastPrice | undefined {
    return this.#prices.get(symbol);
  }
}

function nextOpenOf(step: MarketCandles): number {
  return step.closed ? step.closeTimeMs : step.openTimeMs + 1;
}
