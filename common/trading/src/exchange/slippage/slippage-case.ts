import type { Decimal } from '../../money/decimal.js';

/** The last closed candle before a fill: what a trader on the live market would know then. */
export interface CandleBefore {
  readonly openTimeMs: number;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  /** Base currency. */
  readonly volume: string;
}

/** What a model may look at; `before` is absent where no candle had closed. */
export interface SlippageCase {
  /** Base quantity of the fill. */
  readonly qty: Decimal;
  readonly before: CandleBefore | undefined;
}
