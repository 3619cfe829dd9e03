import { z } from 'zod';
import { decimalString, envelope, epochMs, orderSide, symbolName } from './envelope.js';

const analysisFields = {
  requestId: z.string().min(1),
  sessionId: z.string(),
  symbol: symbolName,
  closeTimeMs: epochMs,
  strategy: z.string(),
  ...envelope,
};

/** `analysis.signals`: buy and sell only; `price` is the close of the candle that the signal was computed on. */
export const analysisSignal = z.looseObject({
  ...analysisFields,
  side: orderSide,
  confidence: z.number().min(0).max(1),
  price: decimalString,
});
export type AnalysisSignal = z.infer<typeof analysisSignal>;

/**
 * `analysis.progress`: one an analysis. `buy` or `sell` says that a signal of the same `requestId` was published.
 * `feedFailure` says that the session cannot be fed at all, and why: it ends.
 */
export const analysisProgress = z.looseObject({
  ...analysisFields,
  signal: z.enum(['buy', 'sell', 'none']),
  feedFailure: z.string().min(1).optional(),
});
export type AnalysisProgress = z.infer<typeof analysisProgress>;
