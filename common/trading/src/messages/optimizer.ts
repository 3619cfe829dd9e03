import { z } from 'zod';
import { decimalString, envelope, symbolName, timeframeName } from './envelope.js';

const isoInstant = z.iso.datetime({ offset: true }).meta({ title: 'ISO instant' });

/** `opt.requests`: a loss trigger of the orchestrator. */
export const optRequest = z.looseObject({
  requestId: z.string().min(1).describe("Names the request; the job's id is a function of it."),
  reason: z.string().min(1).describe('`losing_streak` or `drawdown`.'),
  window: z
    .looseObject({
      from: isoInstant.describe('First open time, inclusive.'),
      to: isoInstant.describe('Last open time, exclusive.'),
    })
    .describe('Candles to search on.'),
  symbols: z.array(symbolName).min(1).describe('Symbols to search on.'),
  strategy: z.string().optional().describe("Strategy to improve; the desk's own when absent."),
  source: z.string().optional().describe("Data source of the candles; the desk's own when absent."),
  timeframe: timeframeName.optional().describe("Length of the candles; the desk's own when absent."),
  ...envelope,
});
export type OptRequest = z.infer<typeof optRequest>;

const optFigures = z.looseObject({
  winRate: z.number().nullable().describe('Share of round trips with a profit, 0 to 1; null without trades.'),
  sharpe: z.number().nullable().describe('Annualised Sharpe ratio; null where it is undefined.'),
  maxDD: z.number().describe('Largest drawdown as a positive ratio.'),
  candles: z.number().optional().describe('Candles of the backtest.'),
  trades: z.number().optional().describe('Closed round trips.'),
  profitFactor: z.number().nullable().optional().describe('Profits over losses; null without a loss.'),
  returnRatio: z.number().optional().describe('Return on the start equity, 0.05 is 5 %.'),
  feesQuote: decimalString.optional().describe('Fees paid, quote currency.'),
});

export const optResult = z.looseObject({
  jobId: z.string().min(1).describe('Job of the optimizer.'),
  requestId: z.string().optional().describe('The request that it answers.'),
  strategy: z.string().describe('Strategy that was searched.'),
  recommended: z.record(z.string(), z.number()).describe('The best parameters found, by name.'),
  backtest: optFigures.describe('The recommended parameters on candles that the search never saw.'),
  current: optFigures.optional().describe('The same with the parameters of today.'),
  better: z.boolean().optional().describe('The recommended parameters beat those of today.'),
  approval: z.enum(['pending', 'approved', 'rejected']).describe('Whether somebody has agreed.'),
  ...envelope,
});
export type OptResult = z.infer<typeof optResult>;
