/** The key of a live feed's candles in the memory. */
export function feedKeyOf(source: string, timeframe: string): string {
  return `${source}/${timeframe}`;
}

/** State key of a simulated session's position. */
export function positionKey(sessionId: string): string {
  return `analyst:feed:${sessionId}`;
}
