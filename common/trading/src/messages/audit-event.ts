import { z } from 'zod';
import { envelope, epochMs } from './envelope.js';

/** `audit.events`: one row of the append-only `audit_events`. `eventId` makes a repeat harmless. */
export const auditEvent = z.looseObject({
  eventId: z.string().min(1).describe('Unique for ever; a repeat is not written again.'),
  actor: z.string().min(1).describe("Who did it: an agent's name, or the caller's identity."),
  action: z.string().min(1).describe('What was done, dotted: `order.submitted`, `risk.refused`, `halt`.'),
  subject: z.string().describe('What it was done to: an order id, a session id, a stream.'),
  details: z.record(z.string(), z.unknown()).describe('Facts of the action, as it needs.'),
  atMs: epochMs.describe('Domain time.'),
  requestId: z.string().optional().describe('The decision or the HTTP request that it belongs to.'),
  ...envelope,
});
export type AuditEvent = z.infer<typeof auditEvent>;
