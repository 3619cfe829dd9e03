import { z } from 'zod';
import { envelope } from './envelope.js';

export const severity = z.enum(['info', 'warning', 'critical']).describe('Decides where it is delivered.');
export type Severity = z.infer<typeof severity>;

export const notifyEvent = z.looseObject({
  type: z.string().min(1).max(64).describe('Kind of notice: `halt`, `fill`, `risk_reject`, `dlq_growth`.'),
  severity,
  message: z.string().max(4000).optional().describe('One sentence for people.'),
  context: z.record(z.string(), z.unknown()).optional().describe('The figures behind it.'),
  requestId: z.string().optional().describe('The decision that it belongs to.'),
  ...envelope,
});
export type NotifyEvent = z.infer<typeof notifyEvent>;
