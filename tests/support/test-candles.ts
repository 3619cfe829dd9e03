import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { DecimalCandle } from '@octant/trading/market/candle';
import { parseCandleCsv, splitRange } from '@octant/trading/market/candle-csv';
import { simulateCandles } from '@octant/trading/market/simulated-market';

/** Historical candles beside the checkout, where somebody has put them; `OCTANT_CANDLES` names another folder. */
const folder = process.env['OCTANT_CANDLES'] ?? fileURLToPath(new URL('../../../shared/data/candles', import.meta.url));

/** `count` hourly candles from `from` on: real ones of Binance where the folder has them, else simulated ones. */
export function hourlyCandles(
  symbol: 'BTC-USDT' | 'ETH-USDT',
  range: { from: string; count: number },
): readonly DecimalCandle[] {
  const startMs = Date.parse(range.from);
  const file = `${folder}/${symbol}.binance.1h.csv.gz`;
  if (existsSync(file)) {
    const text = gunzipSync(readFileSync(file)).toString('utf8');
    return splitRange(parseCandleCsv(text, { file, timeframe: '1h' }), startMs).slice(0, range.count);
  }
  const candles: DecimalCandle[] = [];
  for (const candle of simulateCandles({ seed: 11, symbol, timeframe: '1h', startMs })) {
    candles.push(candle);
    if (candles.length === range.count) break;
  }
  return candles;
}
