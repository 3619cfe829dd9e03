import { z } from 'zod';
import { decimalString, envelope, epochMs, symbolName, timeframeName } from './envelope.js';

/** One candle on the wire; prices in quote currency, volume in base currency, all decimal strings. */
export const candleMessage = z.looseObject({
  symbol: symbolName,
  open: decimalString.describe('First price, quote currency.'),
  high: decimalString.describe('Highest price, quote currency.'),
  low: decimalString.describe('Lowest price, quote currency.'),
  close: decimalString.describe('Last price, quote currency.'),
  volume: decimalString.describe('Traded volume, base currency.'),
});
export type CandleMessage = z.infer<typeof candleMessage>;

/**
 * `market.candles`: all candles of one source and timeframe that share an open time, in one message, so that a step of
 * the desk is one message. `closed: false` announces the forming candle: only its `open` is meaningful, and it lets a
 * paper order fill at the first price seen instead of one timeframe later.
 */
export const marketCandles = z.looseObject({
  type: z.literal('candles'),
  source: z.string().min(1).describe('Data source, a file name of `config/datasources`.'),
  sessionId: z
    .string()
    .optional()
    .describe('Set by a paced feed (replay, simulator): only this session takes a step from it.'),
  timeframe: timeframeName,
  closed: z.boolean().describe('`false` announces the forming candle: every price in it is its open.'),
  openTimeMs: epochMs.describe('Open time of all the candles.'),
  closeTimeMs: epochMs.describe('Close time: open time and timeframe.'),
  candles: z.array(candleMessage).min(1).describe('One a symbol.'),
  simulated: z.boolean().describe('The candles are made by the simulator.'),
  last: z.boolean().optional().describe('The final step of the feed (replay).'),
  ...envelope,
});
export type MarketCandles = z.infer<typeof marketCandles>;
