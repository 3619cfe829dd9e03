import { readColumnFile } from '../../data/read-candle-file.js';
import { BENCH_TIMEFRAME, seriesOf } from './bench-market.js';
import { Engine } from './engine-case.js';

/** Candles of the small run: enough for the code to be warm. */
const FEW = 20_000;
const SMALL_RUNS = 5;

// A process of its own: reads a file and trades it, and says how much its peak memory grew over a few small runs.
const [root = '', file = ''] = process.argv.slice(2);
const engine = new Engine(root);
const strategy = engine.strategies.find(({ name }) => name === 'momentum');
if (strategy === undefined) throw new Error('expected the strategy momentum in config/strategies');
const few = seriesOf('BTC-USDT', FEW);
for (let run = 0; run < SMALL_RUNS; run += 1) engine.run(strategy, [few]);
const before = peakBytes();
const columns = await readColumnFile(file, BENCH_TIMEFRAME);
engine.run(strategy, [{ symbol: 'BTC-USDT', columns }]);
process.stdout.write(JSON.stringify({ bytes: peakBytes() - before, candles: columns.length }));

function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}
