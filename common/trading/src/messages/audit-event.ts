import { z } from 'zod';
import { envelope, epochMs } from './envelope.js';

/** `audit.events`: one row of the append-only `audit_events`. `eventId` makes a repeat harmless. */
export const auditEvent = z.looseObject({
  eventId: z.string().min(1),
  /** Who did it: an agent's name, or `admin`. */
  actor: z.string().min(1),
  /** What was done, dotted: `order.submitted`, `risk.refused`, `halt`, `pnl.reset`. */
  action: z.string().min(1),
  /** What it was done to: an order id, a session id, a stream. */
  subject: z.string(),
  details: z.record(z.string(), z.unknown()),
  /** Domain time. */
  atMs: epochMs,
  requestId: z.string().optional(),
  ...envelope,
});
export type AuditEvent = z.infer<typeof auditEvent>;
