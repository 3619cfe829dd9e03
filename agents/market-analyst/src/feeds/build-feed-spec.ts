import { PermanentError } from '@octant/platform/errors/errors';
import type { DatasourceConfig } from '@octant/trading/config/datasource-config';
import { findUnlistedSymbol } from '@octant/trading/config/strategies-by-name';
import type { StrategyConfig } from '@octant/trading/config/strategy-config';
import { closeTimeMs, timeframeMs } from '@octant/trading/market/timeframe';
import type { TimeframeName } from '@octant/trading/messages/envelope';
import type { WatchCommand } from '@octant/trading/messages/orchestrator-commands';
import type { Settings } from '../config.js';
import type { FeedSpec, SimulatorSpec } from './feed-spec.js';

/** @throws PermanentError `unknown_source` naming the ones that there are, or `source_disabled`. */
export function getDatasource(settings: Settings, name: string): DatasourceConfig {
  const datasource = settings.datasources.get(name);
  if (datasource === undefined) {
    throw new PermanentError(`source: expected one of ${[...settings.datasources.keys()].join(', ')}, was ${name}`, {
      code: 'unknown_source',
    });
  }
  if (!datasource.enabled) {
    throw new PermanentError(`source: expected an enabled one, was ${name}`, { code: 'source_disabled' });
  }
  return datasource;
}

/** @throws PermanentError `unknown_strategy` naming the ones that there are, or `strategy_disabled`. */
export function getStrategyConfig(settings: Settings, name: string): StrategyConfig {
  const strategy = settings.strategies.get(name);
  if (strategy === undefined) {
    throw new PermanentError(`strategy: expected one of ${[...settings.strategies.keys()].join(', ')}, was ${name}`, {
      code: 'unknown_strategy',
    });
  }
  if (!strategy.enabled) {
    throw new PermanentError(`strategy: expected an enabled one, was ${name}`, { code: 'strategy_disabled' });
  }
  return strategy;
}

/**
 * For questions; a session was refused by the orchestrator already, which knows the same files.
 * @throws PermanentError `unlisted_symbol` naming the symbols that the strategy lists.
 */
export function assertListed(strategy: StrategyConfig, symbols: readonly string[], { markets }: Settings): void {
  const unlisted = findUnlistedSymbol(strategy, symbols, markets);
  if (unlisted !== undefined) throw new PermanentError(`symbol: ${unlisted}`, { code: 'unlisted_symbol' });
}

/** What a watch command asks for, with all that may not change while the session runs. */
export function buildFeedSpec(watch: WatchCommand, settings: Settings): FeedSpec {
  const datasource = getDatasource(settings, watch.source);
  const strategy = getStrategyConfig(settings, watch.strategy);
  const { sessionId, source, symbols, timeframe, historyFromMs } = watch;
  const common = { sessionId, source, exchange: datasource.exchange, symbols, timeframe, historyFromMs };
  if (datasource.exchange === 'simulator') {
    const simulator = simulatorSpecOf(watch, datasource);
    return { ...common, storedAs: `${source}@${sessionId}`, strategy, simulator };
  }
  if (datasource.exchange !== 'replay') return { ...common, storedAs: source };
  return {
    ...common,
    storedAs: source,
    strategy,
    ...(watch.fromMs === undefined ? {} : { fromMs: watch.fromMs }),
    ...(watch.toMs === undefined ? {} : { toMs: watch.toMs }),
  };
}

function simulatorSpecOf(watch: WatchCommand, { simulator }: DatasourceConfig): SimulatorSpec {
  const { timeframe, historyFromMs, fromMs } = watch;
  const startMs = alignUp(historyFromMs, timeframe);
  const afterHistoryMs = startMs + simulator.history * timeframeMs(timeframe);
  return {
    seed: simulator.seed,
    startMs,
    firstMs: fromMs === undefined ? afterHistoryMs : Math.max(alignUp(fromMs, timeframe), startMs),
    candleEveryMs: simulator.candle_every_ms,
  };
}

function alignUp(timeMs: number, timeframe: TimeframeName): number {
  const rest = timeMs % timeframeMs(timeframe);
  return rest === 0 ? timeMs : closeTimeMs(timeMs - rest, timeframe);
}
