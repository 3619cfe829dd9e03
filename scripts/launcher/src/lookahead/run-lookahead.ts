import type { StrategyConfig } from '@octant/trading/config/strategy-config';
import { toCandle, type Candle, type DecimalCandle } from '@octant/trading/market/candle';
import { simulateCandles } from '@octant/trading/market/simulated-market';
import { parametersOf, strategyOf } from '@octant/trading/strategies/registry';
import { strategyConfigOf } from '../backtest/plan-backtest.js';
import { asInputError, readDeskConfig } from '../desk/desk-config.js';
import { InputError } from '../interruption.js';
import { readSeries } from '../replay/read-series.js';
import { checkLookahead, type LookaheadResult } from './check-lookahead.js';
import type { LookaheadFlags } from './command-line.js';
import type { SignalSource } from './signal-run.js';
import { warmUpSensitivity, type LateStart } from './warm-up-sensitivity.js';

export interface StrategyLookahead extends LookaheadResult {
  readonly strategy: string;
  readonly warmup: number;
  readonly lateStarts: readonly LateStart[];
}

/** What `--json` gives. */
export interface LookaheadReport {
  readonly ok: boolean;
  readonly data: string;
  readonly strategies: readonly StrategyLookahead[];
}

export interface LookaheadContext {
  readonly configSource: string;
  /** Between two steps of work; rejects to end it. */
  readonly breathe: () => Promise<void>;
  readonly onProgress: (strategy: string, done: number, total: number) => void;
  /** The strategies in place of those that the flags name: a test's own. */
  readonly sources?: readonly SignalSource[];
}

/** @throws InputError for a strategy or a file that cannot be used. */
export async function runLookahead(flags: LookaheadFlags, context: LookaheadContext): Promise<LookaheadReport> {
  const sources = context.sources ?? readSources(flags, context.configSource);
  const { label, candles } = readCandles(flags, context.configSource);
  const strategies: StrategyLookahead[] = [];
  for (const source of sources) {
    if (candles.length < source.warmup) {
      throw new InputError(
        `${source.name}: expected at least ${source.warmup} candles, its warm-up, was ${candles.length}`,
      );
    }
    const result = checkLookahead(source, candles, {
      sample: flags.sample,
      seed: flags.seed,
      onProgress: (done, total) => context.onProgress(source.name, done, total),
    });
    const lateStarts = warmUpSensitivity(source, candles);
    strategies.push({ strategy: source.name, warmup: source.warmup, ...result, lateStarts });
    await context.breathe();
  }
  return { ok: strategies.every(({ differences }) => differences.length === 0), data: label, strategies };
}

function readSources(flags: LookaheadFlags, configSource: string): readonly SignalSource[] {
  const config = readDeskConfig(configSource);
  const names = flags.strategy ?? config.strategies.map(({ name }) => name);
  return names.map((name) => signalSource(strategyConfigOf(name, config)));
}

/** The strategy of a file. @throws InputError naming what is wrong with its parameters. */
export function signalSource(config: StrategyConfig): SignalSource {
  try {
    const strategy = strategyOf(config);
    const parameters = parametersOf(config);
    strategy.start(parameters);
    return { name: config.name, warmup: strategy.warmup(parameters), start: () => strategy.start(parameters) };
  } catch (error) {
    throw asInputError(error, `strategy ${config.name}`);
  }
}

function readCandles(flags: LookaheadFlags, configSource: string): { label: string; candles: readonly Candle[] } {
  const { data, symbol, seed, candles: count, from: fromMs, to: toMs } = flags;
  const config = readDeskConfig(configSource);
  const timeframe = flags.timeframe ?? config.orchestrator.timeframe;
  if (data === undefined) {
    const source = simulateCandles({ seed, symbol: 'BTC-USDT', timeframe, startMs: Date.UTC(2024, 0, 1) });
    const candles = Array.from({ length: count }, (): DecimalCandle => source.next().value);
    return { label: `simulated market, ${timeframe}, seed ${seed}`, candles: candles.map(toCandle) };
  }
  const request = { files: [data], symbols: symbol === undefined ? [] : [symbol], timeframe, fromMs, toMs };
  const [series] = readSeries(request, config);
  return { label: `${data}, ${timeframe}`, candles: (series?.candles ?? []).map(toCandle) };
}
