import type { SignalColumns } from './signal-columns.js';
import type { StrategySignal } from './strategy.js';

/** The signal of one candle as `onCandle` gives it; undefined where there is none. */
export function signalAt({ side, confidence, exits }: SignalColumns, index: number): StrategySignal | undefined {
  const direction = side[index] ?? 0;
  if (direction === 0) return undefined;
  const signal = { side: direction === 1 ? 'buy' : 'sell', confidence: confidence[index] ?? 0 } as const;
  const plan = exits.get(index);
  return plan === undefined ? signal : { ...signal, exits: plan };
}
