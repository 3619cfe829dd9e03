/** Sum of the winners / sum of the losers' losses, net profits; 0 without a winner. Undefined without a loser. */
export function profitFactor(profits: readonly number[]): number | undefined {
  let won = 0;
  let lost = 0;
  for (const profit of profits) {
    if (profit > 0) won += profit;
    else lost -= profit;
  }
  return lost === 0 ? undefined : won / lost;
}
