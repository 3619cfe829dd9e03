import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { ColumnSeries } from '@octant/trading/backtest/candle-steps';
import type { BacktestInput } from '@octant/trading/backtest/run-backtest';
import type { StrategyConfig } from '@octant/trading/config/strategy-config';
import { countMissing, findGaps } from '@octant/trading/market/find-gaps';
import type { TimeframeName } from '@octant/trading/messages/envelope';
import { parametersOf, strategyOf } from '@octant/trading/strategies/registry';
import { asInputError, assertListed, chooseStrategy, readDeskConfig, type DeskConfig } from '../desk/desk-config.js';
import { InputError } from '../interruption.js';
import { readColumnSeries } from '../replay/read-series.js';
import type { BacktestFlags } from './command-line.js';
import { readDeskSettings } from './desk-rules.js';
import { readFinerSeries } from './read-finer-series.js';

/** One candle file of a backtest, as far as it is traded. */
export interface FileFacts {
  readonly name: string;
  readonly symbol: string;
  readonly sha256: string;
  readonly candles: number;
  readonly firstOpenMs: number;
  readonly lastOpenMs: number;
  readonly gaps: number;
  /** Candles that the gaps lack. */
  readonly missing: number;
}

/** A backtest that can be run. */
export interface BacktestPlan {
  readonly input: Omit<BacktestInput, 'series' | 'finer'> & {
    readonly series: readonly ColumnSeries[];
    readonly finer?: readonly ColumnSeries[] | undefined;
  };
  readonly files: readonly FileFacts[];
  /** Candles of a symbol before its strategy may give a signal. */
  readonly warmup: number;
}

export type PlanFlags = Pick<
  BacktestFlags,
  'data' | 'symbol' | 'finer' | 'timeframe' | 'from' | 'to' | 'strategy' | 'feesBps' | 'slippageBps'
>;

/** Reads configuration and candles as a replay does. @throws InputError naming what cannot be used. */
export async function planBacktest(flags: PlanFlags, configSource: string): Promise<BacktestPlan> {
  const config = readDeskConfig(configSource);
  const strategy = strategyConfigOf(flags.strategy ?? config.orchestrator.strategy, config);
  const timeframe = flags.timeframe ?? config.orchestrator.timeframe;
  const request = { files: flags.data, symbols: flags.symbol ?? [], timeframe, fromMs: flags.from, toMs: flags.to };
  const settings = readDeskSettings(configSource, flags);
  const warmup = warmupOf(strategy);
  const series = await readColumnSeries(request, config);
  assertListed(
    series.map(({ symbol }) => symbol),
    strategy,
    config,
  );
  assertWarm(series, { warmup, strategy });
  const finer = await readFinerSeries(flags, { series, timeframe });
  return {
    warmup,
    files: series.map((one, index) => factsOf(flags.data[index] ?? '', one, timeframe)),
    input: {
      ...settings,
      series,
      ...(finer.length === 0 ? {} : { finer }),
      timeframe,
      strategy,
      orchestrator: config.orchestrator,
      startEquityQuote: String(config.orchestrator.start_equity),
    },
  };
}

/** The strategy that `--strategy` names. @throws InputError naming the known ones, or what is wrong with the file. */
export function strategyConfigOf(text: string, config: DeskConfig): StrategyConfig {
  const { name, file } = chooseStrategy(text, config);
  const found = file?.config ?? config.strategies.find((one) => one.name === name);
  if (found === undefined) throw new InputError(`--strategy: expected a strategy file, was none of ${name}`);
  return found;
}

function warmupOf(strategy: StrategyConfig): number {
  try {
    const parameters = parametersOf(strategy);
    const chosen = strategyOf(strategy);
    chosen.start(parameters);
    return chosen.warmup(parameters);
  } catch (error) {
    throw asInputError(error, `strategy ${strategy.name}`);
  }
}

function assertWarm(
  series: readonly ColumnSeries[],
  { warmup, strategy }: { warmup: number; strategy: StrategyConfig },
): void {
  const short = series.find(({ columns }) => columns.length < warmup);
  if (short === undefined) return;
  throw new InputError(
    `${short.symbol}: expected at least ${warmup} candles, the warm-up of ${strategy.name}, was ${short.columns.length}`,
  );
}

function factsOf(file: string, { symbol, columns }: ColumnSeries, timeframe: TimeframeName): FileFacts {
  const { openTimeMs, length } = columns;
  const gaps = findGaps(openTimeMs, { timeframe });
  return {
    name: basename(file),
    symbol,
    sha256: createHash('sha256').update(readFileSync(file)).digest('hex'),
    candles: length,
    firstOpenMs: openTimeMs[0] ?? 0,
    lastOpenMs: openTimeMs[length - 1] ?? 0,
    gaps: gaps.length,
    missing: countMissing(gaps),
  };
}
