import type { Outgoing } from '@octant/platform/bus/message';
import type { Clock } from '@octant/platform/time/clock';
import type { TimeframeName } from '@octant/trading/messages/envelope';
import type { Logger } from 'pino';
import type { CandleStore } from '../adapters/candle-store.js';
import type { LiveExchange } from '../adapters/ccxt-exchange.js';
import type { AnalystMetrics } from '../metrics.js';
import type { CandleMemory } from './candle-memory.js';
import type { SymbolTally } from './live-symbol.js';

export interface LiveFeedParts {
  readonly source: string;
  readonly timeframe: TimeframeName;
  readonly pollMs: number;
  readonly lateAfterMs: number;
  readonly silentAfterMs: number;
  readonly exchange: LiveExchange;
  readonly store: CandleStore;
  readonly memory: CandleMemory;
  readonly metrics: AnalystMetrics;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly publish: (message: Outgoing & { readonly id: string }) => Promise<unknown>;
  readonly savePosition: (sessionIds: readonly string[], positionMs: number) => Promise<void>;
  /** Candles up to here were stored late: what was computed on later ones must be computed again. */
  readonly onBackfilled: (symbol: string, fromMs: number) => void;
}

/** How a feed's symbol stands. */
export interface SymbolState {
  readonly symbol: string;
  /** Open time of the newest closed candle; null before the first. */
  readonly newestOpenTimeMs: number | null;
  readonly stale: boolean;
  readonly gaps: Omit<SymbolTally, 'corrections'>;
  readonly corrections: number;
}

export interface LiveFeedState {
  readonly source: string;
  readonly exchange: string;
  readonly timeframe: TimeframeName;
  /** What candles come by at the moment. */
  readonly transport: 'rest' | 'websocket';
  readonly symbols: readonly SymbolState[];
}

export interface LiveWatch {
  readonly sessionId: string;
  readonly symbols: readonly string[];
  readonly historyFromMs: number;
  /** Open time of the last published step, after a restart. */
  readonly positionMs: number | undefined;
}
