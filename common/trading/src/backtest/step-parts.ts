import type { PaperCandle } from '../exchange/match-step.js';
import type { DecimalCandle } from '../market/candle.js';
import type { CandleStep, StepCandle } from './candle-steps.js';

/** A candle of a step, or one of those that it is made of. */
export type SymbolCandle = Pick<StepCandle, 'symbol' | 'candle' | 'before'>;

/** The candles that are matched together, in rising time: all of the step, or the shorter ones that they are made of. */
export function partsOf({ candles }: CandleStep): readonly (readonly SymbolCandle[])[] {
  if (candles.every(({ inside }) => inside === undefined)) return [candles];
  const parts = new Map<number, SymbolCandle[]>();
  for (const { symbol, candle, before, inside } of candles) {
    for (const one of inside ?? [{ candle, before }]) {
      const part = parts.get(one.candle.openTimeMs) ?? [];
      parts.set(one.candle.openTimeMs, part);
      part.push({ symbol, ...one });
    }
  }
  return [...parts].sort(([a], [b]) => a - b).map(([, part]) => part);
}

/** A candle with the one before it. A field is made when it is asked for, if the candle is a view that makes them. */
export class SeenCandle implements PaperCandle {
  readonly openTimeMs: number;
  readonly before: DecimalCandle | undefined;
  readonly #candle: DecimalCandle;

  constructor(candle: DecimalCandle, before: DecimalCandle | undefined) {
    this.openTimeMs = candle.openTimeMs;
    this.before = before;
    this.#candle = candle;
  }

  get open(): string {
    return this.#candle.open;
  }

  get high(): string {
    return this.#candle.high;
  }

  get low(): string {
    return this.#candle.low;
  }

  get volume(): string {
    return this.#candle.volume;
  }
}
