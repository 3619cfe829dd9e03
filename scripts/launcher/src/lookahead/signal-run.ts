import type { Candle } from '@octant/trading/market/candle';
import type { CandleColumns } from '@octant/trading/market/candle-columns';
import { emptySignals, type SignalColumns } from '@octant/trading/strategies/signal-columns';
import type { StrategyRun } from '@octant/trading/strategies/strategy';

/** A strategy with its parameters, ready to be started as often as needed. */
export interface SignalSource {
  readonly name: string;
  /** Candle number, from 1, of the first that may give a signal. */
  readonly warmup: number;
  readonly start: () => StrategyRun;
}

/** Signals of candles taken one by one. */
export function streamedSignals(source: SignalSource, candles: readonly Candle[]): SignalColumns {
  const run = source.start();
  const signals = emptySignals(candles.length);
  for (const [index, candle] of candles.entries()) {
    const signal = run.onCandle(candle);
    if (signal === undefined) continue;
    signals.side[index] = signal.side === 'buy' ? 1 : -1;
    signals.confidence[index] = signal.confidence;
    if (signal.exits !== undefined) signals.exits.set(index, signal.exits);
  }
  return signals;
}

/** Signals of the first `count` candles of the columns, taken at once; undefined of a strategy that has no such way. */
export function columnSignals(source: SignalSource, columns: CandleColumns, count: number): SignalColumns | undefined {
  const run = source.start();
  if (run.onColumns === undefined) return undefined;
  const signals = emptySignals(count);
  run.onColumns(columns, { from: 0, to: count }, signals);
  return signals;
}

/** One signal as text, `none` where there is none: two signals are the same when their texts are. */
export function describeSignal(signals: SignalColumns, index: number): string {
  const side = signals.side[index] ?? 0;
  if (side === 0) return 'none';
  const exits = signals.exits.get(index);
  const tail = exits === undefined ? '' : ` ${JSON.stringify(exits)}`;
  return `${side > 0 ? 'buy' : 'sell'} ${String(signals.confidence[index])}${tail}`;
}

/** First candle from `from` up to `to` (exclusive) whose signals differ; `offset` is how far the second set starts later. */
export function findDifference(
  [first, second]: readonly [SignalColumns, SignalColumns],
  { from, to, offset = 0 }: { readonly from: number; readonly to: number; readonly offset?: number },
): number | undefined {
  for (let index = from; index < to; index += 1) {
    if (!isSame([first, index], [second, index - offset])) return index;
  }
  return undefined;
}

function isSame(
  [first, at]: readonly [SignalColumns, number],
  [second, other]: readonly [SignalColumns, number],
): boolean {
  if (first.side[at] !== second.side[other]) return false;
  if (first.side[at] === 0) return true;
  if (first.confidence[at] !== second.confidence[other]) return false;
  if (first.exits.size === 0 && second.exits.size === 0) return true;
  return describeSignal(first, at) === describeSignal(second, other);
}
