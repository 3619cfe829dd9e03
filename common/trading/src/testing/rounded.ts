/** The numbers with so many decimals, as sources print them; NaN stays NaN. */
export function rounded(values: Iterable<number>, decimals: number): number[] {
  return [...values].map((value) => Number(value.toFixed(decimals)));
}
