import type { DecimalCandle } from '@octant/trading/market/candle';
import type { CandleStore, SymbolCandles } from '../adapters/candle-store.js';
import type { CandleMemory } from './candle-memory.js';
import type { FeedSpec, FeedStep, SymbolCandle } from './feed-spec.js';

const PAGE = 1000;
/** Open times of 1970 and later. */
const BEFORE_ALL = -1;

/** Stored candles merged over the symbols, step by step; a page of each symbol is read ahead. */
export class ReplayFeed {
  readonly #spec: FeedSpec;
  readonly #store: Pick<CandleStore, 'readMany'>;
  readonly #memory: CandleMemory;
  /** Steps that open after `#afterMs`, without a hole. */
  #steps: FeedStep[] = [];
  #afterMs = 0;
  #exhausted = false;
  #loaded = false;

  constructor(spec: FeedSpec, store: Pick<CandleStore, 'readMany'>, memory: CandleMemory) {
    this.#spec = spec;
    this.#store = store;
    this.#memory = memory;
  }

  firstStep(): Promise<FeedStep | undefined> {
    return this.stepAfter(BEFORE_ALL);
  }

  /** The first step that opens after `openTimeMs`; undefined when the replay is over. */
  async stepAfter(openTimeMs: number): Promise<FeedStep | undefined> {
    const afterMs = Math.max(openTimeMs, (this.#spec.fromMs ?? 0) - 1);
    if (!this.#loaded || afterMs < this.#afterMs) this.#restartAt(afterMs);
    for (;;) {
      const index = firstAfter(this.#steps, afterMs);
      // The successor must be known too, or nobody could tell that a step is the last one.
      if (index + 1 < this.#steps.length || this.#exhausted) {
        if (index > PAGE) this.#dropBefore(index);
        return this.#steps[firstAfter(this.#steps, afterMs)];
      }
      if (index === this.#steps.length && afterMs > this.#horizonMs()) this.#restartAt(afterMs);
      await this.#readPage();
    }
  }

  #restartAt(afterMs: number): void {
    this.#steps = [];
    this.#afterMs = afterMs;
    this.#exhausted = false;
    this.#loaded = true;
  }

  #dropBefore(index: number): void {
    const dropped = this.#steps.splice(0, index - 1);
    this.#afterMs = dropped.at(-1)?.openTimeMs ?? this.#afterMs;
  }

  #horizonMs(): number {
    return this.#steps.at(-1)?.openTimeMs ?? this.#afterMs;
  }

  async #readPage(): Promise<void> {
    const { storedAs, timeframe, symbols, toMs } = this.#spec;
    const afterMs = this.#horizonMs();
    const page = await this.#store.readMany({ source: storedAs, timeframe }, symbols, {
      afterMs,
      beforeMs: toMs ?? Number.MAX_SAFE_INTEGER,
      limit: PAGE,
    });
    // A full page ends somewhere; beyond the earliest such end the steps would lack that symbol.
    const ends = [...page.values()].flatMap((candles) =>
      candles.length < PAGE ? [] : [candles.at(-1)?.openTimeMs ?? 0],
    );
    const throughMs = ends.length === 0 ? Number.MAX_SAFE_INTEGER : Math.min(...ends);
    this.#exhausted = ends.length === 0;
    const steps = mergeSteps(page, symbols, throughMs);
    const knownMs = steps.at(-1)?.openTimeMs ?? afterMs;
    for (const [symbol, candles] of page) {
      const known = candles.filter((candle) => candle.openTimeMs <= knownMs);
      this.#memory.add(this.#spec.sessionId, symbol, { afterMs, throughMs: knownMs, candles: known });
    }
    this.#steps.push(...steps);
    const final = this.#steps.at(-1);
    if (this.#exhausted && final !== undefined) this.#steps[this.#steps.length - 1] = { ...final, last: true };
  }
}

/** One step a distinct open time up to `throughMs`, oldest first; candles in the order of `symbols`. */
export function mergeSteps(page: SymbolCandles, symbols: readonly string[], throughMs: number): FeedStep[] {
  const byTime = new Map<number, SymbolCandle[]>();
  for (const symbol of symbols) {
    for (const candle of page.get(symbol) ?? []) {
      if (candle.openTimeMs > throughMs) break;
      addTo(byTime, symbol, candle);
    }
  }
  return [...byTime].sort(([a], [b]) => a - b).map(([openTimeMs, candles]) => ({ openTimeMs, candles, last: false }));
}

function addTo(byTime: Map<number, SymbolCandle[]>, symbol: string, candle: DecimalCandle): void {
  const candles = byTime.get(candle.openTimeMs);
  if (candles === undefined) byTime.set(candle.openTimeMs, [{ symbol, candle }]);
  else candles.push({ symbol, candle });
}

function firstAfter(steps: readonly FeedStep[], openTimeMs: number): number {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const step = steps[middle];
    if (step !== undefined && step.openTimeMs <= openTimeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
