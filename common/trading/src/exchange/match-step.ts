import type { Instrument } from '../market/instrument.js';
import type { TimeframeName } from '../messages/envelope.js';
import type { FillRules } from './fill-rules.js';
import type { CandleBefore } from './slippage/slippage-case.js';

/** One symbol's candle; of one that is still forming only `open` is looked at. */
export interface PaperCandle {
  readonly openTimeMs: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  /** Base currency. */
  readonly volume: string;
  /** The last closed candle that opened before it; needed where the rules look back. */
  readonly before?: CandleBefore | undefined;
}

export interface MatchStep {
  /** By symbol, keys in the order of the candle message (the session's symbols). */
  readonly candles: Readonly<Record<string, PaperCandle>>;
  readonly timeframe: TimeframeName;
  /** False while they are forming. */
  readonly closed: boolean;
  /** Whether an order, or the exits of this entry, are fed by these candles; all are when absent. */
  readonly reaches?: ((orderId: string) => boolean) | undefined;
}

export interface PaperVenue {
  readonly instruments: ReadonlyMap<string, Instrument>;
  readonly rules: FillRules;
}
