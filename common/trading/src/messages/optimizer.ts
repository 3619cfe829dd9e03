import { z } from 'zod';
import { envelope, symbolName } from './envelope.js';

/** `opt.requests`: a loss trigger of the orchestrator, or a job asked for over HTTP. */
export const optRequest = z.looseObject({
  requestId: z.string().min(1),
  reason: z.string().min(1),
  window: z.looseObject({ from: z.iso.datetime({ offset: true }), to: z.iso.datetime({ offset: true }) }),
  symbols: z.array(symbolName).min(1),
  strategy: z.string().optional(),
  ...envelope,
});
export type OptRequest = z.infer<typeof optRequest>;

export const optResult = z.looseObject({
  jobId: z.string().min(1),
  strategy: z.string(),
  recommended: z.record(z.string(), z.number()),
  backtest: z.looseObject({ winRate: z.number().nullable(), sharpe: z.number().nullable(), maxDD: z.number() }),
  approval: z.enum(['pending', 'approved', 'rejected']),
  ...envelope,
});
export type OptResult = z.infer<typeof optResult>;
