import type { DecimalCandle } from '@octant/trading/market/candle';
import { simulateCandles } from '@octant/trading/market/simulated-market';
import { timeframeMs } from '@octant/trading/market/timeframe';
import type { FeedSpec, FeedStep, SimulatorSpec } from './feed-spec.js';

/** A made-up market, candle by candle; the same spec makes the same candles, so that a restart goes on where it was. */
export class SimulatorFeed {
  readonly #spec: FeedSpec;
  readonly #simulator: SimulatorSpec;
  readonly #stepMs: number;
  #generators: readonly { symbol: string; candles: Generator<DecimalCandle, never, undefined> }[] = [];
  #nextOpenMs = 0;
  #newest: FeedStep | undefined;

  constructor(spec: FeedSpec, simulator: SimulatorSpec) {
    this.#spec = spec;
    this.#simulator = simulator;
    this.#stepMs = timeframeMs(spec.timeframe);
  }

  /** The candles before the first fed one, by symbol. */
  history(): ReadonlyMap<string, readonly DecimalCandle[]> {
    this.#restart();
    const bySymbol = new Map<string, DecimalCandle[]>(this.#spec.symbols.map((symbol) => [symbol, []]));
    while (this.#nextOpenMs < this.#simulator.firstMs) {
      for (const { symbol, candle } of this.#makeStep().candles) bySymbol.get(symbol)?.push(candle);
    }
    return bySymbol;
  }

  /** The first fed step that opens after `openTimeMs`; there always is one. */
  stepAfter(openTimeMs: number): FeedStep {
    const wanted = Math.max(openTimeMs + this.#stepMs, this.#simulator.firstMs);
    if (this.#newest?.openTimeMs === wanted) return this.#newest;
    if (this.#generators.length === 0 || this.#nextOpenMs > wanted) this.#restart();
    for (;;) {
      const step = this.#makeStep();
      if (step.openTimeMs >= wanted) return step;
    }
  }

  #restart(): void {
    const { seed, startMs } = this.#simulator;
    const { timeframe } = this.#spec;
    this.#nextOpenMs = startMs;
    this.#newest = undefined;
    this.#generators = this.#spec.symbols.map((symbol) => ({
      symbol,
      candles: simulateCandles({ seed, symbol, timeframe, startMs }),
    }));
  }

  #makeStep(): FeedStep {
    const candles = this.#generators.map((one) => ({ symbol: one.symbol, candle: one.candles.next().value }));
    this.#newest = { openTimeMs: this.#nextOpenMs, candles, last: false };
    this.#nextOpenMs += this.#stepMs;
    return this.#newest;
  }
}
