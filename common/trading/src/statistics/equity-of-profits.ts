/**
 * Equity after each instant that booked a profit, the starting equity first. Profits of the same instant are summed
 * before they are cumulated, so that their order cannot matter.
 *
 * @param profits [instant, net profit in quote currency], in any order.
 */
export function equityOfProfits(startEquity: number, profits: readonly (readonly [number, number])[]): number[] {
  const byInstant = new Map<number, number[]>();
  for (const [atMs, profit] of profits) {
    const same = byInstant.get(atMs);
    if (same === undefined) byInstant.set(atMs, [profit]);
    else same.push(profit);
  }
  const equity = [startEquity];
  let sum = startEquity;
  for (const atMs of [...byInstant.keys()].sort((a, b) => a - b)) {
    const booked = (byInstant.get(atMs) ?? []).sort((a, b) => a - b);
    sum += booked.reduce((total, profit) => total + profit, 0);
    equity.push(sum);
  }
  return equity;
}
