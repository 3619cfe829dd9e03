/** How many trades won and lost; a trade of exactly 0 is neither. */
export function countDecided(profits: readonly number[]): { wins: number; losses: number } {
  let wins = 0;
  let losses = 0;
  for (const profit of profits) {
    if (profit > 0) wins += 1;
    else if (profit < 0) losses += 1;
  }
  return { wins, losses };
}

/** Share of winners among the trades that won or lost, 0 to 1; net profits. Undefined when none did. */
export function winRate(profits: readonly number[]): number | undefined {
  const { wins, losses } = countDecided(profits);
  return wins + losses === 0 ? undefined : wins / (wins + losses);
}
