import { z } from 'zod';
import { envelope } from './envelope.js';

export const severity = z.enum(['info', 'warning', 'critical']);
export type Severity = z.infer<typeof severity>;

export const notifyEvent = z.looseObject({
  type: z.string().min(1).max(64),
  severity,
  message: z.string().max(4000).optional(),
  context: z.record(z.string(), z.unknown()).optional(),
  requestId: z.string().optional(),
  ...envelope,
});
export type NotifyEvent = z.infer<typeof notifyEvent>;
