/**
 * Simple returns between neighbours of an equity series, one fewer than points. Undefined when a point before the last is 0
 * or negative: no return can be stated from there.
 */
export function simpleReturns(equity: readonly number[]): number[] | undefined {
  const returns: number[] = [];
  let previous: number | undefined;
  for (const value of equity) {
    if (previous !== undefined) {
      if (previous <= 0) return undefined;
      returns.push(value / previous - 1);
    }
    previous = value;
  }
  return returns;
}
