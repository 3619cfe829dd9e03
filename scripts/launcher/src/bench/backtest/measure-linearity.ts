import type { BenchSheet } from '../result.js';
import { laidEndToEnd, seriesOf } from './bench-market.js';
import type { EngineMeasure } from './measure-engine.js';
import { rateOf } from './stopwatch.js';

const SYMBOLS = ['BTC-USDT', 'ETH-USDT', 'SOL-USDT', 'XRP-USDT', 'ADA-USDT', 'LTC-USDT'];
const PARTS_OF_A_YEAR = 8;
/** Most that a candle may cost beside many others, over what it costs beside few. */
const FLAT_AIM = 1.25;

/** The cost of a candle when there are eight times as many, and when they are of six symbols instead of one. */
export function measureLinearity({ engine, year, repeats, say }: EngineMeasure, sheet: BenchSheet): void {
  const strategy = engine.strategies.find(({ name }) => name === 'momentum');
  if (strategy === undefined) throw new Error('expected the strategy momentum in config/strategies');
  const length = Math.floor(year.columns.length / PARTS_OF_A_YEAR);
  const own = SYMBOLS.map((symbol) => seriesOf(symbol, length));
  const [first] = own;
  if (first === undefined) throw new Error('expected a series');
  const jobs = [
    { name: '1 symbol, an eighth of a year', series: [first] },
    { name: '1 symbol, that eighth eight times', series: [laidEndToEnd(first, PARTS_OF_A_YEAR)] },
    { name: `${SYMBOLS.length} symbols, an eighth of a year`, series: own },
  ];
  for (let round = 0; round <= repeats; round += 1) {
    for (const { name, series } of jobs) {
      const candles = series.reduce((sum, { columns }) => sum + columns.length, 0);
      const rate = rateOf(candles, () => engine.run(strategy, series));
      if (round > 0) sheet.add(name, 'ns/candle', 1e9 / rate);
    }
    say(`linearity: round ${round} of ${repeats}`);
  }
  const [one, long, many] = jobs.map(({ name }) => sheet.value(name));
  const flat = { sign: '<=', limit: FLAT_AIM } as const;
  sheet.judge('a candle among eight times as many', (long ?? NaN) / (one ?? NaN), flat);
  sheet.judge(`a candle among ${SYMBOLS.length} symbols`, (many ?? NaN) / (one ?? NaN), flat);
}
