import { Decimal, floorToStep } from '@octant/trading/money/decimal';
import { seededRandom } from '@octant/trading/market/random';
import type { SimCandle } from './core/market-book.js';
import type { VenueControl } from './server/venue-control.js';

const MINUTE_MS = 60_000;
/** Largest step, a share of the price. */
const STEP_RATIO = 0.0005;

/** Moves all prices of a venue at random, and keeps their minute candles: something to rehearse with. */
export class PriceWalk {
  readonly #venue: VenueControl;
  readonly #random: () => number;

  constructor(venue: VenueControl, seed: string) {
    this.#venue = venue;
    this.#random = seededRandom(`${seed}:${venue.name}:walk`);
  }

  /** One step of every market that has a price. */
  step(nowMs: number): void {
    for (const { market, price, tick, candles } of this.#venue.engine.books()) {
      if (price === undefined) continue;
      const change = Decimal.of((1 + (this.#random() * 2 - 1) * STEP_RATIO).toFixed(8));
      const next = Decimal.max(tick, floorToStep(price.times(change), tick));
      this.#venue.engine.setPrice(market.symbol, next);
      const openTimeMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
      this.#venue.engine
        .getBook(market.symbol)
        .keepCandle(grown(candles.at(-1), { openTimeMs, from: price, to: next }));
    }
  }
}

interface Move {
  readonly openTimeMs: number;
  readonly from: Decimal;
  readonly to: Decimal;
}

/** The candle of that minute with the move in it. */
function grown(newest: SimCandle | undefined, { openTimeMs, from, to }: Move): SimCandle {
  const running = newest?.openTimeMs === openTimeMs ? newest : undefined;
  const open = running?.open ?? from.toFixed();
  return {
    ...{ openTimeMs, open, close: to.toFixed() },
    high: Decimal.max(to, running?.high ?? from).toFixed(),
    low: Decimal.min(to, running?.low ?? from).toFixed(),
    volume: Decimal.of(running?.volume ?? 0)
      .plus('0.01')
      .toFixed(),
  };
}
