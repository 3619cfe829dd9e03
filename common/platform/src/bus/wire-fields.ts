/** Fields of an entry in a stream, with their meaning; all values are text. */
export const entryFields = {
  data: 'The payload: a JSON object.',
  id: "Message id, the idempotency key: the same for every repeat of the message. Without it the entry's own id stands in.",
  type: 'What kind of message it is.',
  v: "Version of the payload's schema; 1 when absent.",
  traceparent: 'W3C trace context; the trace id is derived from the message id when absent.',
  group: 'Requeued entries only: the group that it is for; the others acknowledge it unread.',
} as const;

/** Fields of an entry in a dead-letter stream, with their meaning; all values are text. */
export const deadLetterFields = {
  data: 'The payload, as it was; absent when the entry had none.',
  id: 'Message id; requeueing keeps it.',
  type: 'Type of the entry.',
  v: 'Schema version of the entry.',
  traceparent: 'Trace context of the entry, or empty.',
  stream: 'Stream that it was in, without the prefix of the desk.',
  entryId: 'Its entry id there.',
  group: 'Group that has given up.',
  consumer: 'Process that has given up.',
  deliveries: 'How often it was delivered to the group.',
  error:
    'The last error, as JSON: `class`, `code`, `message` (at most 2,000 characters) and `stackHash` (12 hex digits, equal for the same place in the code).',
  effect: '`none`: its handler never ran in this process. `not_committed`: nothing that it did was kept.',
  original: 'All fields of the entry but `data`, names and values in turn, as a JSON list; requeueing puts them back.',
  reason: 'Why it was given up, see the reasons.',
  failures: 'Failed attempts.',
  firstFailedAtMs: 'First failure, epoch ms, clock of Redis.',
  lastFailedAtMs: 'Last failure, epoch ms, clock of Redis.',
} as const;

/** Reasons for which a message is dead-lettered. */
export const deadLetterReasons = {
  permanent: 'retrying cannot help: it cannot be read, or what it asks for is impossible',
  failures: 'its handler has failed too often',
  transient_too_long: 'what its handler needs was unreachable for too long',
  process_deaths: 'its process has ended five times while it ran alone',
} as const;
