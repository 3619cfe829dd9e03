import { z } from 'zod';
import { decimalString, envelope, epochMs, orderSide, symbolName } from './envelope.js';
import { exitPlanMessage } from './exit-plan-message.js';

const analysisFields = {
  requestId: z.string().min(1).describe('The analysis that was asked for; `feed.<sessionId>` when a feed has failed.'),
  sessionId: z.string().describe('Session that it is for.'),
  symbol: symbolName,
  closeTimeMs: epochMs.describe('Close of the last candle that was looked at.'),
  strategy: z.string().describe('Name of the strategy.'),
  ...envelope,
};

/** `analysis.signals`: buy and sell only; `price` is the close of the candle that the signal was computed on. */
export const analysisSignal = z.looseObject({
  ...analysisFields,
  side: orderSide.describe('What the strategy wants.'),
  confidence: z.number().min(0).max(1).describe('Strength of the signal; scales the size of a buy.'),
  price: decimalString.describe('Close of the candle that it was computed on, quote currency.'),
  exits: exitPlanMessage.optional().describe('Of a buy: how the position is to be left; absent without exits.'),
});
export type AnalysisSignal = z.infer<typeof analysisSignal>;

/**
 * `analysis.progress`: one an analysis. `buy` or `sell` says that a signal of the same `requestId` was published.
 * `feedFailure` says that the session cannot be fed at all, and why: it ends.
 */
export const analysisProgress = z.looseObject({
  ...analysisFields,
  signal: z.enum(['buy', 'sell', 'none']).describe('`buy` or `sell`: a signal of the same `requestId` was published.'),
  feedFailure: z.string().min(1).optional().describe('Why the session cannot be fed at all: it ends.'),
});
export type AnalysisProgress = z.infer<typeof analysisProgress>;
