import type { Publisher } from '@octant/platform/agent/definition';
import type { StateReader, StateWrite } from '@octant/platform/bus/message';
import type { MarketCandles } from '@octant/trading/messages/market-candles';

/** Last close of a symbol. */
export interface Mark {
  readonly price: string;
  readonly closeTimeMs: number;
}

export type MarkMap = Readonly<Record<string, Mark>>;

export const MARKS_KEY = 'portfolio.marks';

/**
 * The last closes, kept in the state store so that they outlive the process: written with the acknowledgement of the candles
 * that they come from. A write whose end is not known makes the next reader ask the store.
 */
export class Marks {
  readonly #state: StateReader;
  #marks: MarkMap = {};
  #version = 0;
  #trusted = false;

  constructor(state: StateReader) {
    this.#state = state;
  }

  /** The marks as the store has them. */
  async current(): Promise<MarkMap> {
    if (!this.#trusted) {
      const entry = await this.#state.read<MarkMap>(MARKS_KEY);
      this.#marks = entry.value ?? {};
      this.#version = entry.version;
      this.#trusted = true;
    }
    return this.#marks;
  }

  /** Redis was emptied: puts back what this process remembers. */
  async rebuild(redis: { readonly state: StateReader; readonly bus: Publisher }): Promise<void> {
    this.#trusted = false;
    const { version, value } = await redis.state.read<MarkMap>(MARKS_KEY);
    if (value !== undefined || Object.keys(this.#marks).length === 0) return;
    await redis.bus.commit({ messages: [], state: [{ key: MARKS_KEY, expectedVersion: version, value: this.#marks }] });
  }

  peek(): MarkMap {
    return this.#marks;
  }

  /** The write that makes `next` the marks, and what to call when it took effect. Call `current` first. */
  change(next: MarkMap): { readonly write: StateWrite; readonly committed: () => void } {
    const version = this.#version;
    this.#trusted = false;
    return {
      write: { key: MARKS_KEY, expectedVersion: version, value: next },
      committed: () => {
        this.#marks = next;
        this.#version = version + 1;
        this.#trusted = true;
      },
    };
  }
}

/** The marks after a closed step; symbols that are not in it, or have a later one, keep theirs. */
export function withCloses(
  marks: MarkMap,
  step: {
    readonly closeTimeMs: number;
    readonly candles: readonly Pick<MarketCandles['candles'][number], 'symbol' | 'close'>[];
  },
): MarkMap {
  const closes = step.candles
    .filter(({ symbol }) => (marks[symbol]?.closeTimeMs ?? 0) <= step.closeTimeMs)
    .map(({ symbol, close }) => [symbol, { price: close, closeTimeMs: step.closeTimeMs }] as const);
  return { ...marks, ...Object.fromEntries(closes) };
}

/** Only the prices, by symbol. */
export function pricesOf(marks: MarkMap): Record<string, string> {
  return Object.fromEntries(Object.entries(marks).map(([symbol, { price }]) => [symbol, price]));
}
