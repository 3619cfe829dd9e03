import type { CelCondition, CelNumber } from './cel-expression.js';
import {
  abs,
  and,
  ARITHMETIC,
  chooseCondition,
  chooseNumber,
  COMPARE,
  FALSE,
  negate,
  not,
  or,
  same,
  TRUE,
  type VectorStep,
} from './vector-operations.js';

/** Where the values of names come from. */
export interface VectorSources {
  /** Values of a series: element 0 is the candle before the first of the run, element `i + 1` is candle `i`. */
  series(key: string): Float64Array;
  parameter(name: string): number;
}

/**
 * Expressions made into steps over arrays: each step computes one operation for a whole run of candles, so that a candle
 * costs about a nanosecond an operation. An expression that occurs twice is computed once. No text is ever turned into
 * code.
 */
export class VectorProgram {
  readonly #sources: VectorSources;
  readonly #capacity: number;
  readonly #steps: VectorStep[] = [];
  readonly #numbers = new Map<string, Float64Array>();
  readonly #conditions = new Map<string, Uint8Array>();

  /** @param capacity candles that `run` takes at most. */
  constructor(sources: VectorSources, capacity: number) {
    this.#sources = sources;
    this.#capacity = capacity;
  }

  /** Adds an expression; the array that its values are in after each `run`. */
  number(expression: CelNumber): Float64Array {
    const key = JSON.stringify(expression);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const made = this.#makeNumber(expression);
    this.#numbers.set(key, made);
    return made;
  }

  /** The same for a condition; its values are FALSE, UNKNOWN and TRUE of vector-operations.ts. */
  condition(expression: CelCondition): Uint8Array {
    const key = JSON.stringify(expression);
    const known = this.#conditions.get(key);
    if (known !== undefined) return known;
    const made = this.#makeCondition(expression);
    this.#conditions.set(key, made);
    return made;
  }

  /** Computes all expressions for the first `length` candles of the sources. */
  run(length: number): void {
    for (const step of this.#steps) step(length);
  }

  #makeNumber(one: CelNumber): Float64Array {
    if (one.kind === 'series') return this.#sources.series(one.key).subarray(1 - one.back);
    const out = new Float64Array(this.#capacity);
    switch (one.kind) {
      case 'constant':
        return out.fill(one.value);
      case 'parameter':
        return out.fill(this.#sources.parameter(one.name));
      case 'negate':
        return this.#add(negate(this.number(one.of), out), out);
      case 'abs':
        return this.#add(abs(this.number(one.of), out), out);
      case 'arithmetic': {
        const operands = { left: this.number(one.left), right: this.number(one.right), out };
        return this.#add(ARITHMETIC[one.operator](operands), out);
      }
      case 'choose_number': {
        const branches = { left: this.number(one.then), right: this.number(one.otherwise), out };
        return this.#add(chooseNumber(this.condition(one.when), branches), out);
      }
    }
  }

  #makeCondition(one: CelCondition): Uint8Array {
    const out = new Uint8Array(this.#capacity);
    switch (one.kind) {
      case 'truth':
        return out.fill(one.value ? TRUE : FALSE);
      case 'compare': {
        const operands = { left: this.number(one.left), right: this.number(one.right), out };
        return this.#add(COMPARE[one.operator](operands), out);
      }
      case 'and':
      case 'or': {
        const operands = { left: this.condition(one.left), right: this.condition(one.right), out };
        return this.#add(one.kind === 'and' ? and(operands) : or(operands), out);
      }
      case 'not':
        return this.#add(not(this.condition(one.of), out), out);
      case 'same': {
        const equal = this.#add(same({ left: this.condition(one.left), right: this.condition(one.right), out }), out);
        return one.equal ? equal : this.#add(not(equal, out), out);
      }
      case 'choose_condition': {
        const branches = { left: this.condition(one.then), right: this.condition(one.otherwise), out };
        return this.#add(chooseCondition(this.condition(one.when), branches), out);
      }
    }
  }

  #add<Out>(step: VectorStep, out: Out): Out {
    this.#steps.push(step);
    return out;
  }
}
