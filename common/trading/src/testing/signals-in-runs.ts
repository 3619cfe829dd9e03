import type { Candle } from '../market/candle.js';
import { columnsOf } from '../market/candle-columns.js';
import { signalAt } from '../strategies/signal-at.js';
import { emptySignals } from '../strategies/signal-columns.js';
import type { StrategyRun, StrategySignal } from '../strategies/strategy.js';

/** The signals of `onColumns` over the candles, cut into runs of those lengths and the rest. */
export function signalsInRuns(
  run: StrategyRun,
  candles: readonly Candle[],
  lengths: readonly number[],
): (StrategySignal | undefined)[] {
  const columns = columnsOf(candles);
  const out = emptySignals(candles.length);
  const signals: (StrategySignal | undefined)[] = [];
  let from = 0;
  for (const length of [...lengths, candles.length]) {
    const to = Math.min(from + length, candles.length);
    run.onColumns?.(columns, { from, to }, out);
    for (let row = from; row < to; row += 1) signals.push(signalAt(out, row - from));
    from = to;
  }
  return signals;
}
