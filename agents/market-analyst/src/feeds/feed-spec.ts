import type { StrategyConfig } from '@octant/trading/config/strategy-config';
import type { DecimalCandle } from '@octant/trading/market/candle';
import type { TimeframeName } from '@octant/trading/messages/envelope';

/** What a session's feed is, fixed when the session starts; a restart reads it back from Postgres. */
export interface FeedSpec {
  readonly sessionId: string;
  /** Name of the data source, as messages carry it. */
  readonly source: string;
  /** Source under which the candles are stored; a simulated session has its own, as no two need be alike. */
  readonly storedAs: string;
  readonly exchange: string;
  /** In the session's order. */
  readonly symbols: readonly string[];
  readonly timeframe: TimeframeName;
  readonly historyFromMs: number;
  /** Replay: open times, inclusive and exclusive. */
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Parameters of a paced feed's strategy as they were at its start: a replay applies no later change. */
  readonly strategy?: StrategyConfig;
  readonly simulator?: SimulatorSpec;
}

export interface SimulatorSpec {
  readonly seed: number;
  /** Open time of the generator's first candle. */
  readonly startMs: number;
  /** Open time of the first candle that is fed; the ones before it are history. */
  readonly firstMs: number;
  readonly candleEveryMs: number;
}

/** All candles of a feed that share an open time, in the session's order of symbols. */
export interface FeedStep {
  readonly openTimeMs: number;
  readonly candles: readonly SymbolCandle[];
  readonly last: boolean;
}

export interface SymbolCandle {
  readonly symbol: string;
  readonly candle: DecimalCandle;
}
