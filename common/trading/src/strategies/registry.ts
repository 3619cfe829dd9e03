import type { StrategyConfig } from '../config/strategy-config.js';
import { meanReversion } from './mean-reversion.js';
import { momentum } from './momentum.js';
import type { Strategy, StrategyParameters } from './strategy.js';

const STRATEGIES: readonly Strategy[] = [momentum, meanReversion];

/** The built-in strategy of that kind; @throws RangeError naming the known ones. */
export function getStrategy(kind: string): Strategy {
  const found = STRATEGIES.find((strategy) => strategy.kind === kind);
  if (found !== undefined) return found;
  const known = STRATEGIES.map((strategy) => strategy.kind).join(', ');
  throw new RangeError(`kind: expected one of ${known}, was ${JSON.stringify(kind)}`);
}

/** The parameters of a strategy file in the code's names. */
export function parametersOf(config: StrategyConfig): StrategyParameters {
  return {
    lookback: config.lookback,
    entryThreshold: config.entry_threshold,
    exitThreshold: config.exit_threshold,
  };
}

/** The strategy that a file names by `kind`, or by `name` when it has no `kind`; @throws RangeError as getStrategy. */
export function strategyOf(config: StrategyConfig): Strategy {
  return getStrategy(config.kind ?? config.name);
}
