import type { ExitTerms } from '@octant/trading/exchange/exit-terms';
import { seededRandom } from '@octant/trading/market/random';
import { Decimal, formatDecimal } from '@octant/trading/money/decimal';
import { BASE_PRICES, QUOTE, type ChaosVenue } from './market.js';

export interface PlannedOrder {
  readonly orderId: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly qty: string;
  readonly referencePrice: string;
  /** Of some buys: the price goes as far as to their levels now and then. */
  readonly exits?: ExitTerms;
  /** Its entry comes twice in the stream, as after a publisher that died. */
  readonly twice: boolean;
}

const BUY_SHARE = 0.6;
const EXITS_SHARE = 0.3;
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
    const exits = side === 'buy' && random() < EXITS_SHARE ? exitsOf(Decimal.of(market.price), random) : undefined;
    return {
      orderId: `chaos.${symbol}.${number}.0`,
      symbol,
      side,
      qty: formatDecimal(Decimal.of(market.unitQty).times(units)),
      referencePrice: market.price,
      ...(exits === undefined ? {} : { exits }),
      twice: random() < TWICE_SHARE,
    };
  });
}

/** Stop and target, stop alone, or a trailing stop. */
function exitsOf(price: Decimal, random: () => number): ExitTerms {
  const at = (ratio: string): string => formatDecimal(price.times(ratio));
  const draw = random();
  if (draw < 0.4) return { stopPrice: at('0.992'), takeProfitPrice: at('1.006') };
  return draw < 0.7 ? { stopPrice: at('0.992') } : { trailingDistance: at('0.012') };
}

function fail(): never {
  throw new Error('expected a market');
}
