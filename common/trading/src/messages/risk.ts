import { z } from 'zod';
import { decimalString, envelope, epochMs, orderSide, symbolName } from './envelope.js';

/** What the risk rules look at, as the orchestrator's ledger knows it when it asks. */
export const riskExposure = z.looseObject({
  equityQuote: decimalString.describe('Cash and positions at the last close, quote currency.'),
  cashQuote: decimalString.describe('Cash, quote currency.'),
  positionQty: decimalString.describe("Base quantity held of the order's symbol."),
  positionQuote: decimalString.describe('That position at the last close, quote currency.'),
  openBuyQuote: decimalString.describe('Notional of open buy orders of the same symbol, quote currency.'),
  dayPnlRatio: z.number().describe('PnL since 00:00 UTC over equity at 00:00 UTC, 0.01 is 1 %.'),
});
export type RiskExposure = z.infer<typeof riskExposure>;

export const riskRequest = z.looseObject({
  requestId: z.string().min(1).describe('The decision: `<sessionId>.<symbol>.<closeTimeMs>`.'),
  symbol: symbolName,
  side: orderSide,
  confidence: z.number().min(0).max(1).describe('Strength of the signal.'),
  qty: decimalString.describe('Base quantity of the order.'),
  price: decimalString.describe('Last close, which notional limits are computed with, quote currency.'),
  atMs: epochMs.describe("Domain time of the decision: the candle's close."),
  haltVersion: z.number().int().nonnegative().describe('The halt or unhalt that the asker knows of.'),
  exposure: riskExposure.describe('What the account holds.'),
  sessionId: z.string().optional().describe('Session that asks.'),
  ...envelope,
});
export type RiskRequest = z.infer<typeof riskRequest>;

export const riskResponse = z.looseObject({
  requestId: z.string().min(1).describe('The request that it answers.'),
  ok: z.boolean().describe('Whether the order may be sent.'),
  code: z
    .string()
    .optional()
    .describe('One of the closed set of refusal codes in `common/trading/src/risk/refusals.ts`; absent when ok.'),
  reason: z.string().optional().describe('The refusal in a sentence with the numbers; absent when ok.'),
  riskScore: z
    .number()
    .min(0)
    .max(1)
    .describe('Largest used share of the order, position and daily loss limits; 0 when reducing.'),
  sessionId: z.string().optional().describe('Session that asked.'),
  ...envelope,
});
export type RiskResponse = z.infer<typeof riskResponse>;
