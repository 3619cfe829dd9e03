import type { ArithmeticOperator, CompareOperator } from './cel-expression.js';

/** Does its work for the elements [0, length). */
export type VectorStep = (length: number) => void;

/**
 * Truth as numbers that make the logic of unknowns (Kleene) plain arithmetic: and = min, or = max, not = 2 - x. The same
 * answers as CEL gives where an operand is an error: `false && error` is false, `true || error` is true.
 */
export const FALSE = 0;
export const UNKNOWN = 1;
export const TRUE = 2;

export interface Operands<In, Out> {
  readonly left: In;
  readonly right: In;
  readonly out: Out;
}
type Arithmetic = Operands<Float64Array, Float64Array>;
type Comparison = Operands<Float64Array, Uint8Array>;
type Logic = Operands<Uint8Array, Uint8Array>;

// Each operation has a loop of its own: the engine makes a loop fast for the one operation that it has seen in it.

export const ARITHMETIC: Readonly<Record<ArithmeticOperator, (operands: Arithmetic) => VectorStep>> = {
  '+':
    ({ left, right, out }) =>
    (length) => {
      for (let i = 0; i < length; i += 1) out[i] = (left[i] ?? 0) + (right[i] ?? 0);
    },
  '-':
    ({ left, right, out }) =>
    (length) => {
      for (let i = 0; i < length; i += 1) out[i] = (left[i] ?? 0) - (right[i] ?? 0);
    },
  '*':
    ({ left, right, out }) =>
    (length) => {
      for (let i = 0; i < length; i += 1) out[i] = (left[i] ?? 0) * (right[i] ?? 0);
    },
  '/':
    ({ left, right, out }) =>
    (length) => {
      for (let i = 0; i < length; i += 1) out[i] = (left[i] ?? 0) / (right[i] ?? 0);
    },
  min:
    ({ left, right, out }) =>
    (length) => {
      for (let i = 0; i < length; i += 1) out[i] = Math.min(left[i] ?? 0, right[i] ?? 0);
    },
  max:
    ({ left, right, out }) =>
    (length) => {
      for (let i = 0; i < length; i += 1) out[i] = Math.max(left[i] ?? 0, right[i] ?? 0);
    },
};

export const COMPARE: Readonly<Record<CompareOperator, (operands: Comparison) => VectorStep>> = {
  '<':
    ({ left, right, out }) =>
    (length) => {
      for (let i = 0; i < length; i += 1) {
        const a = left[i] ?? 0;
        const b = right[i] ?? 0;
        out[i] = a < b ? TRUE : a >= b ? FALSE : UNKNOWN;
      }
    },
  '<=':
    ({ left, right, out }) =>
    (length) => {
      for (let i = 0; i < length; i += 1) {
        const a = left[i] ?? 0;
        const b = right[i] ?? 0;
        out[i] = a <= b ? TRUE : a > b ? FALSE : UNKNOWN;
      }
    },
  '>':
    ({ left, right, out }) =>
    (length) => {
      for (let i = 0; i < length; i += 1) {
        const a = left[i] ?? 0;
        const b = right[i] ?? 0;
        out[i] = a > b ? TRUE : a <= b ? FALSE : UNKNOWN;
      }
    },
  '>=':
    ({ left, right, out }) =>
    (length) => {
      for (let i = 0; i < length; i += 1) {
        const a = left[i] ?? 0;
        const b = right[i] ?? 0;
        out[i] = a >= b ? TRUE : a < b ? FALSE : UNKNOWN;
      }
    },
  '==':
    ({ left, right, out }) =>
    (length) => {
      for (let i = 0; i < length; i += 1) {
        const a = left[i] ?? 0;
        const b = right[i] ?? 0;
        out[i] = a === b ? TRUE : a < b || a > b ? FALSE : UNKNOWN;
      }
    },
  '!=':
    ({ left, right, out }) =>
    (length) => {
      for (let i = 0; i < length; i += 1) {
        const a = left[i] ?? 0;
        const b = right[i] ?? 0;
        out[i] = a === b ? FALSE : a < b || a > b ? TRUE : UNKNOWN;
      }
    },
};

export function negate(of: Float64Array, out: Float64Array): VectorStep {
  return (length) => {
    for (let i = 0; i < length; i += 1) out[i] = -(of[i] ?? 0);
  };
}

export function abs(of: Float64Array, out: Float64Array): VectorStep {
  return (length) => {
    for (let i = 0; i < length; i += 1) out[i] = Math.abs(of[i] ?? 0);
  };
}

export function and({ left, right, out }: Logic): VectorStep {
  return (length) => {
    for (let i = 0; i < length; i += 1) {
      const a = left[i] ?? 0;
      const b = right[i] ?? 0;
      out[i] = a < b ? a : b;
    }
  };
}

export function or({ left, right, out }: Logic): VectorStep {
  return (length) => {
    for (let i = 0; i < length; i += 1) {
      const a = left[i] ?? 0;
      const b = right[i] ?? 0;
      out[i] = a > b ? a : b;
    }
  };
}

export function not(of: Uint8Array, out: Uint8Array): VectorStep {
  return (length) => {
    for (let i = 0; i < length; i += 1) out[i] = TRUE - (of[i] ?? 0);
  };
}

export function same({ left, right, out }: Logic): VectorStep {
  return (length) => {
    for (let i = 0; i < length; i += 1) {
      const a = left[i] ?? 0;
      const b = right[i] ?? 0;
      out[i] = a === UNKNOWN || b === UNKNOWN ? UNKNOWN : a === b ? TRUE : FALSE;
    }
  };
}

export function chooseNumber(when: Uint8Array, { left, right, out }: Arithmetic): VectorStep {
  return (length) => {
    for (let i = 0; i < length; i += 1) {
      const truth = when[i] ?? UNKNOWN;
      out[i] = truth === TRUE ? (left[i] ?? 0) : truth === FALSE ? (right[i] ?? 0) : Number.NaN;
    }
  };
}

export function chooseCondition(when: Uint8Array, { left, right, out }: Logic): VectorStep {
  return (length) => {
    for (let i = 0; i < length; i += 1) {
      const truth = when[i] ?? UNKNOWN;
      out[i] = truth === TRUE ? (left[i] ?? 0) : truth === FALSE ? (right[i] ?? 0) : UNKNOWN;
    }
  };
}
