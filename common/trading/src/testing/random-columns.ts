import { emptyColumns, type CandleColumns } from '../market/candle-columns.js';
import { seededRandom } from '../market/random.js';

/**
 * Sound one-minute candles of a random walk from 100, from 2024-01-01T22:00Z, so that a UTC day ends among them; a seed
 * gives the same ones on every machine. No close equals the one before it, and every candle has volume.
 */
export function randomColumns(seed: number, length: number): CandleColumns {
  const random = seededRandom(seed);
  const columns = emptyColumns(length);
  let price = 100;
  for (let row = 0; row < length; row += 1) {
    const close = price * (1 + (random() - 0.5) * 0.02);
    columns.openTimeMs[row] = 1_704_146_400_000 + row * 60_000;
    columns.open[row] = price;
    columns.high[row] = Math.max(price, close) * (1 + random() * 0.005);
    columns.low[row] = Math.min(price, close) * (1 - random() * 0.005);
    columns.close[row] = close;
    columns.volume[row] = 0.5 + random() * 10;
    price = close;
  }
  return columns;
}
