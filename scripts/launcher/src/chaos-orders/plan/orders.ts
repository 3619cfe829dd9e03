import { seededRandom } from '@octant/trading/market/random';
import { Decimal, formatDecimal } from '@octant/trading/money/decimal';
import { BASE_PRICES, QUOTE, type ChaosVenue } from './market.js';

export interface PlannedOrder {
  readonly orderId: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly qty: string;
  readonly referencePrice: string;
  /** Its entry comes twice in the stream, as after a publisher that died. */
  readonly twice: boolean;
}

const BUY_SHARE = 0.6;
const TWICE_SHARE = 0.1;
const MOST_UNITS = 3;

/** The orders of one venue, a function of the seed: more buys than sells, so that most sells have something to sell. */
export function planOrders(seed: number, venue: ChaosVenue, count: number): readonly PlannedOrder[] {
  const random = seededRandom(`${seed}:${venue}:orders`);
  const bases = Object.entries(BASE_PRICES);
  return Array.from({ length: count }, (_, number) => {
    const [base, market] = bases[Math.floor(random() * bases.length)] ?? bases[0] ?? fail();
    const symbol = `${base}-${QUOTE}`;
    const side = random() < BUY_SHARE ? 'buy' : 'sell';
    const units = side === 'sell' ? 1 : 1 + Math.floor(random() * MOST_UNITS);
    return {
      orderId: `chaos.${symbol}.${number}.0`,
      symbol,
      side,
      qty: formatDecimal(Decimal.of(market.unitQty).times(units)),
      referencePrice: market.price,
      twice: random() < TWICE_SHARE,
    };
  });
}

function fail(): never {
  throw new Error('expected a market');
}
