import type { DecimalCandle } from '@octant/trading/market/candle';

interface Segment {
  /** Everything stored that opens after this time … */
  afterMs: number;
  /** … and not after this one is in `candles`. */
  throughMs: number;
  candles: DecimalCandle[];
}

export interface MemoryRange {
  /** Exclusive. */
  readonly afterMs: number;
  /** Inclusive. */
  readonly throughMs: number;
}

export interface KnownCandles extends MemoryRange {
  /** All that is stored in between, oldest first. */
  readonly candles: readonly DecimalCandle[];
}

/**
 * The newest candles of each feed and symbol, so that an analysis right after a step needs no Postgres. It answers only
 * for ranges that it knows without a hole; for others the store is asked.
 */
export class CandleMemory {
  readonly #segments = new Map<string, Map<string, Segment>>();
  readonly #keep: number;

  /** @param keep candles a series keeps at least; twice as many are held before the older ones go. */
  constructor(keep = 2048) {
    this.#keep = keep;
  }

  /** Goes on where the series ends; with a hole in between it starts anew. */
  add(feed: string, symbol: string, known: KnownCandles): void {
    const bySymbol = this.#segments.get(feed) ?? new Map<string, Segment>();
    this.#segments.set(feed, bySymbol);
    const segment = bySymbol.get(symbol);
    if (segment === undefined || segment.throughMs !== known.afterMs) {
      bySymbol.set(symbol, { ...known, candles: [...known.candles] });
      return;
    }
    segment.candles.push(...known.candles);
    segment.throughMs = known.throughMs;
    if (segment.candles.length <= 2 * this.#keep) return;
    const dropped = segment.candles.splice(0, segment.candles.length - this.#keep);
    segment.afterMs = dropped.at(-1)?.openTimeMs ?? segment.afterMs;
  }

  /** Candles of the range, oldest first; undefined when not all of that range is known. */
  find(feed: string, symbol: string, range: MemoryRange): readonly DecimalCandle[] | undefined {
    const { afterMs, throughMs } = range;
    const segment = this.#segments.get(feed)?.get(symbol);
    if (segment === undefined || afterMs < segment.afterMs || throughMs > segment.throughMs) return undefined;
    const from = firstAfter(segment.candles, afterMs);
    return segment.candles.slice(from, firstAfter(segment.candles, throughMs));
  }

  forget(feed: string): void {
    this.#segments.delete(feed);
  }
}

function firstAfter(candles: readonly DecimalCandle[], openTimeMs: number): number {
  let low = 0;
  let high = candles.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const candle = candles[middle];
    if (candle !== undefined && candle.openTimeMs <= openTimeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
