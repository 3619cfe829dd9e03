/** A published figure: `value` is null where it is undefined (never a sentinel), `n` the observations it rests on. */
export interface Figure {
  value: number | null;
  n: number;
}

/** A figure of n observations; a value that is undefined or not finite becomes null. */
export function figureOf(value: number | undefined, n: number): Figure {
  return { value: value !== undefined && Number.isFinite(value) ? value : null, n };
}
