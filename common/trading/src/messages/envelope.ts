import { z } from 'zod';

/** A decimal number as a string, e.g. `"0.0150"`: money that is owed or owned never travels as a float. */
export const decimalString = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/, 'expected a plain decimal string such as "12.5"')
  .meta({ title: 'decimal string' });

/** Canonical symbol, base and quote joined by a dash: `BTC-USDT`. */
export const symbolName = z
  .string()
  .regex(/^[A-Z0-9]{1,15}-[A-Z0-9]{1,10}$/, 'expected a symbol such as "BTC-USDT"')
  .meta({ title: 'symbol', description: 'Base and quote joined by a dash.' });

/** Candle length: `1m`, `5m`, `15m`, `30m`, `1h`, `4h`, `1d`. */
export const timeframeName = z.enum(['1m', '5m', '15m', '30m', '1h', '4h', '1d']).describe('Length of the candles.');
export type TimeframeName = z.infer<typeof timeframeName>;

export const orderSide = z.enum(['buy', 'sell']).describe('Side of the order.');
export type OrderSide = z.infer<typeof orderSide>;

export const epochMs = z.number().int().meta({ title: 'epoch ms' });

/**
 * What every message carries: `ts` (ISO instant of publishing, wall clock) and `traceId` (W3C trace id, 32 hex digits).
 * Messages are loose objects: unknown fields are kept and ignored.
 */
export const envelope = {
  ts: z.iso.datetime({ offset: true }).meta({ title: 'ISO instant', description: 'When it was made, wall clock.' }),
  traceId: z.string().min(1).max(128).describe('Trace that it belongs to: a W3C trace id, 32 hex digits.'),
};
