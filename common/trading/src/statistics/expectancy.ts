/** Mean net profit of a trade, quote currency; trades of 0 count. Undefined without a trade. */
export function expectancy(profits: readonly number[]): number | undefined {
  if (profits.length === 0) return undefined;
  return profits.reduce((sum, profit) => sum + profit, 0) / profits.length;
}

/** Expectancy in units of the mean loss, what a trade earns for each unit that it risks. Undefined without a loser. */
export function expectancyRatio(profits: readonly number[]): number | undefined {
  const losses = profits.filter((profit) => profit < 0);
  const mean = expectancy(profits);
  if (mean === undefined || losses.length === 0) return undefined;
  return mean / (-losses.reduce((sum, loss) => sum + loss, 0) / losses.length);
}
