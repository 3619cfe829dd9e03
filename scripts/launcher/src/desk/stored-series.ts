import { z } from 'zod';
import { timeframeName } from '@octant/trading/messages/envelope';

/** What the market analyst's store has of one source, symbol and timeframe. */
export const storedSeries = z.object({
  source: z.string(),
  symbol: z.string(),
  timeframe: timeframeName,
  candles: z.number(),
  firstOpenTimeMs: z.number(),
  lastOpenTimeMs: z.number(),
  /** Holes between the first and the last candle. */
  gaps: z.number(),
  /** Candles missing in them. */
  missing: z.number(),
});
export type StoredSeries = z.infer<typeof storedSeries>;

export const ingestReply = z.object({
  stored: z.number(),
  /** Were there with equal values. */
  duplicates: z.number(),
  /** Were there with other values. */
  replaced: z.number().default(0),
});
export type IngestReply = z.infer<typeof ingestReply>;

const candleRow = z
  .tuple([z.number(), z.string(), z.string(), z.string(), z.string(), z.string()])
  .transform(([openTimeMs, open, high, low, close, volume]) => ({ openTimeMs, open, high, low, close, volume }));

export const candlePage = z.object({ candles: z.array(candleRow) });
