import { z } from 'zod';
import { decimalString, envelope, epochMs, symbolName, timeframeName } from './envelope.js';

/** One candle on the wire; prices in quote currency, volume in base currency, all decimal strings. */
export const candleMessage = z.looseObject({
  symbol: symbolName,
  open: decimalString,
  high: decimalString,
  low: decimalString,
  close: decimalString,
  volume: decimalString,
});
export type CandleMessage = z.infer<typeof candleMessage>;

/**
 * `market.candles`: all candles of one source and timeframe that share an open time, in one message, so that a step of
 * the desk is one message. `closed: false` announces the forming candle: only its `open` is meaningful, and it lets a
 * paper order fill at the first price seen instead of one timeframe later.
 */
export const marketCandles = z.looseObject({
  type: z.literal('candles'),
  source: z.string().min(1),
  /** Set by a paced feed (replay, simulator): only this session takes a step from it. */
  sessionId: z.string().optional(),
  timeframe: timeframeName,
  closed: z.boolean(),
  openTimeMs: epochMs,
  closeTimeMs: epochMs,
  candles: z.array(candleMessage).min(1),
  simulated: z.boolean(),
  /** The feed's final step (replay). */
  last: z.boolean().optional(),
  ...envelope,
});
export type MarketCandles = z.infer<typeof marketCandles>;
