import { z } from 'zod';
import { decimalString, envelope, epochMs, orderSide, symbolName } from './envelope.js';

/** What the risk rules look at, as the orchestrator's ledger knows it when it asks. */
export const riskExposure = z.looseObject({
  equityQuote: decimalString,
  cashQuote: decimalString,
  /** Base quantity held of the order's symbol. */
  positionQty: decimalString,
  /** That position at the last close. */
  positionQuote: decimalString,
  /** Notional of open buy orders of the same symbol. */
  openBuyQuote: decimalString,
  /** PnL since 00:00 UTC over equity at 00:00 UTC. */
  dayPnlRatio: z.number(),
});
export type RiskExposure = z.infer<typeof riskExposure>;

export const riskRequest = z.looseObject({
  requestId: z.string().min(1),
  symbol: symbolName,
  side: orderSide,
  confidence: z.number().min(0).max(1),
  qty: decimalString,
  /** Last close, the price that notional limits are computed with. */
  price: decimalString,
  /** Domain time of the decision: the candle's close. */
  atMs: epochMs,
  haltVersion: z.number().int().nonnegative(),
  exposure: riskExposure,
  sessionId: z.string().optional(),
  ...envelope,
});
export type RiskRequest = z.infer<typeof riskRequest>;

export const riskResponse = z.looseObject({
  requestId: z.string().min(1),
  ok: z.boolean(),
  /** One of the closed set of refusal codes in risk/refusals.ts; absent when ok. */
  code: z.string().optional(),
  reason: z.string().optional(),
  riskScore: z.number().min(0).max(1),
  ...envelope,
});
export type RiskResponse = z.infer<typeof riskResponse>;
