import type { DecimalCandle } from '../market/candle.js';

/** A sound hourly candle of 2024-01-01T00:00Z at 100; prices not given follow `open`. */
export function aCandle(fields: Partial<DecimalCandle> = {}): DecimalCandle {
  const open = fields.open ?? '100';
  const close = fields.close ?? open;
  const [low, high] = Number(open) <= Number(close) ? [open, close] : [close, open];
  return { openTimeMs: 1_704_067_200_000, open, high, low, close, volume: '1', ...fields };
}

/** Candles of one length after another; each opens at the close before it. */
export function someCandles(
  closes: readonly string[],
  { startMs = 1_704_067_200_000, stepMs = 3_600_000 }: { startMs?: number; stepMs?: number } = {},
): readonly DecimalCandle[] {
  return closes.map((close, index) =>
    aCandle({ openTimeMs: startMs + index * stepMs, open: closes[index - 1] ?? close, close }),
  );
}
