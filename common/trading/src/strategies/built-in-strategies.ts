import { breakout } from './breakout.js';
import { meanReversion } from './mean-reversion.js';
import { momentum } from './momentum.js';
import type { Strategy } from './strategy.js';
import { trendFollowing } from './trend-following.js';

/** The strategies whose signals are code, by their names in YAML. */
export const BUILT_IN_STRATEGIES: ReadonlyMap<string, Strategy> = new Map(
  [momentum, meanReversion, breakout, trendFollowing].map((strategy) => [strategy.kind, strategy]),
);
