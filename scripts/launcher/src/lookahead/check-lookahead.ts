import { type Candle } from '@octant/trading/market/candle';
import { columnsOf, type CandleColumns } from '@octant/trading/market/candle-columns';
import { seededRandom } from '@octant/trading/market/random';
import type { SignalColumns } from '@octant/trading/strategies/signal-columns';
import { columnSignals, describeSignal, findDifference, streamedSignals, type SignalSource } from './signal-run.js';

/** In which re-run a signal came out another way. */
export type LookaheadTrial = 'one by one' | 'truncated' | 'future replaced';

/** A signal that depends on something other than the candles up to its own. */
export interface LookaheadDifference {
  readonly trial: LookaheadTrial;
  /** The candle of the signal, counted from 0, and when it opened. */
  readonly candle: number;
  readonly openTimeMs: number;
  /** How many candles the re-run had, or had unspoilt. */
  readonly known: number;
  /** What the re-run gives, and what the run over all candles had given. */
  readonly expected: string;
  readonly was: string;
}

export interface LookaheadResult {
  readonly candles: number;
  /** Candles with a signal in the run over all candles. */
  readonly signals: number;
  /** Places at which the strategy was started again. */
  readonly checked: number;
  /** The first of each kind of trial a checked place, at most 100. */
  readonly differences: readonly LookaheadDifference[];
}

export interface LookaheadOptions {
  /** Most places to check; all candles when there are no more, else a seeded choice of those with something to see. */
  readonly sample: number;
  readonly seed: number;
  /** Called now and then. */
  readonly onProgress?: (done: number, total: number) => void;
}

const MOST_DIFFERENCES = 100;

/**
 * Runs the strategy over all candles, then starts it again at each checked place `t` on the candles up to `t` alone, one by
 * one and at once, and once more with all candles after `t` replaced by garbage. A strategy that looks ahead gives another
 * signal somewhere.
 */
export function checkLookahead(
  source: SignalSource,
  candles: readonly Candle[],
  options: LookaheadOptions,
): LookaheadResult {
  const columns = columnsOf(candles);
  const streamed = streamedSignals(source, candles);
  const whole = columnSignals(source, columns, candles.length) ?? streamed;
  const places = placesToCheck(whole, options);
  const differences: LookaheadDifference[] = [];
  const note = (trial: LookaheadTrial, known: number, signals: SignalColumns | undefined): void => {
    const candle = signals === undefined ? undefined : findDifference([whole, signals], { from: 0, to: known });
    if (signals === undefined || candle === undefined || differences.length >= MOST_DIFFERENCES) return;
    const openTimeMs = candles[candle]?.openTimeMs ?? 0;
    const [expected, was] = [describeSignal(signals, candle), describeSignal(whole, candle)];
    differences.push({ trial, candle, openTimeMs, known, expected, was });
  };
  note('one by one', candles.length, streamed);
  const garbage = garbageLike(columns, options.seed);
  for (const [done, place] of places.entries()) {
    const known = place + 1;
    const start = candles.slice(0, known);
    note('one by one', known, streamedSignals(source, start));
    note('truncated', known, columnSignals(source, columnsOf(start), known));
    note('future replaced', known, columnSignals(source, spliced(columns, garbage, known), known));
    options.onProgress?.(done + 1, places.length);
  }
  return {
    candles: candles.length,
    signals: whole.side.filter((side) => side !== 0).length,
    checked: places.length,
    differences,
  };
}

/** All candles, or those with a signal or a change of signal, or a seeded choice of these; rising. */
function placesToCheck({ side }: SignalColumns, { sample, seed }: LookaheadOptions): readonly number[] {
  const all = Array.from(side.keys());
  if (all.length <= sample) return all;
  const telling = all.filter((index) => side[index] !== 0 || (index > 0 && side[index - 1] !== 0));
  if (telling.length <= sample) return telling;
  const random = seededRandom(`lookahead/${String(seed)}`);
  for (let index = 0; index < sample; index += 1) {
    const other = index + Math.floor(random() * (telling.length - index));
    [telling[index], telling[other]] = [telling[other] ?? 0, telling[index] ?? 0];
  }
  return telling.slice(0, sample).sort((a, b) => a - b);
}

const PRICES = ['open', 'high', 'low', 'close', 'volume'] as const;

/** Columns of the same times with numbers that make no sense, every seventh not even a number. */
function garbageLike(columns: CandleColumns, seed: number): CandleColumns {
  const random = seededRandom(`garbage/${String(seed)}`);
  const result = copyOf(columns);
  for (const name of PRICES) {
    for (let index = 0; index < columns.length; index += 1) {
      result[name][index] = index % 7 === 6 ? NaN : (columns[name][index] ?? 1) * 10 ** (4 * random() - 2);
    }
  }
  return result;
}

/** The first `known` rows of `columns`, then those of `garbage`. */
function spliced(columns: CandleColumns, garbage: CandleColumns, known: number): CandleColumns {
  const result = copyOf(garbage);
  for (const name of PRICES) result[name].set(columns[name].subarray(0, known));
  return result;
}

function copyOf(columns: CandleColumns): CandleColumns {
  const { length, openTimeMs, open, high, low, close, volume } = columns;
  return {
    length,
    openTimeMs: openTimeMs.slice(),
    open: open.slice(),
    high: high.slice(),
    low: low.slice(),
    close: close.slice(),
    volume: volume.slice(),
  };
}
