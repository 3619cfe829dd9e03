import type { ExitPlan } from './exit-plan.js';

/** The signals of a run of candles; element `i` belongs to candle `i` of the run. */
export interface SignalColumns {
  /** 1 buy, -1 sell, 0 none. */
  readonly side: Int8Array;
  /** In [0, 1]; means nothing where there is no signal. */
  readonly confidence: Float64Array;
  /** Exits of buy signals that have some, by index. */
  readonly exits: Map<number, ExitPlan>;
}

export function emptySignals(length: number): SignalColumns {
  return { side: new Int8Array(length), confidence: new Float64Array(length), exits: new Map() };
}
