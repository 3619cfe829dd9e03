import { PermanentError } from '../errors/errors.js';
import { digestOf } from './message-id.js';
import type { PayloadSchema } from './subscription.js';
import { traceIdOf } from './trace-context.js';

const MOST_PROBLEMS = 10;
const LONGEST_PROBLEM = 180;

/** An entry as Redis gave it to this consumer. */
export interface StreamEntry {
  readonly stream: string;
  readonly entryId: string;
  /** Names and values in turn. */
  readonly fields: readonly string[];
  readonly deliveries: number;
  /** Parked until then, epoch ms; 0 when it is not. */
  readonly dueAtMs: number;
  readonly counted: number;
  readonly transient: number;
}

/** What can be told of an entry whatever is in it. */
export interface EntryHeader {
  /** Field `id`, or a function of stream and entry id for entries that somebody else's program added. */
  readonly messageId: string;
  readonly digest: string;
  readonly data: string | undefined;
  readonly type: string;
  readonly schemaVersion: string;
  readonly traceparent: string | undefined;
  /** Only this group handles the entry, the others pass over it. */
  readonly onlyGroup: string | undefined;
}

export function readHeader(entry: StreamEntry): EntryHeader {
  const field = (name: string): string | undefined => {
    for (let i = 0; i + 1 < entry.fields.length; i += 2) if (entry.fields[i] === name) return entry.fields[i + 1];
    return undefined;
  };
  const id = field('id');
  const messageId = id === undefined || id === '' ? `entry:${entry.stream}:${entry.entryId}` : id;
  return {
    messageId,
    digest: digestOf(messageId),
    data: field('data'),
    type: field('type') ?? '',
    schemaVersion: field('v') ?? '1',
    traceparent: field('traceparent'),
    onlyGroup: field('group'),
  };
}

/** Payload and trace of an entry. @throws PermanentError `unparseable` naming the field and what was expected there. */
export function parsePayload<Payload>(
  header: EntryHeader,
  schema: PayloadSchema<Payload>,
): { payload: Payload; traceId: string } {
  if (header.data === undefined) throw unparseable('expected a field "data", was none');
  let json: unknown;
  try {
    json = JSON.parse(header.data);
  } catch (error) {
    throw unparseable(`expected JSON in field "data", was ${excerpt(header.data)}`, error);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    throw unparseable(`expected a payload of the stream's schema, was wrong in ${problemsOf(parsed.error.issues)}`);
  }
  const { messageId, traceparent } = header;
  const traceId = traceIdOf({ payload: json, messageId, ...(traceparent === undefined ? {} : { traceparent }) });
  return { payload: parsed.data, traceId };
}

/** A payload may be wrong in thousands of places, with names of any length; a message names a few. */
function problemsOf(issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]): string {
  const named = issues.slice(0, MOST_PROBLEMS).map(({ path, message }) => {
    const problem = `${path.map(String).join('.') || 'data'}: ${message}`;
    return problem.slice(0, LONGEST_PROBLEM);
  });
  const more = issues.length - named.length;
  return named.join('; ') + (more > 0 ? `; and in ${String(more)} more` : '');
}

function unparseable(message: string, cause?: unknown): PermanentError {
  return new PermanentError(message, { code: 'unparseable', cause });
}

function excerpt(text: string): string {
  return text.length <= 80 ? `"${text}"` : `"${text.slice(0, 80)}" and ${String(text.length - 80)} characters more`;
}

/** Entries of an XREADGROUP reply, by stream key. */
export type ReadReply = readonly [key: string, entries: readonly [id: string, fields: readonly string[] | null][]][];

/** Reply of the sweep script. */
export type SweepReply = readonly [
  last: string,
  missing: number,
  taken: readonly [id: string, fields: readonly string[], deliveries: number, due: string, record: string][],
];

/** Entries of a sweep, with their parking time and failures. */
export function readSwept(stream: string, reply: SweepReply): StreamEntry[] {
  return reply[2].map(([entryId, fields, deliveries, due, record]) => {
    const failures =
      record === '' ? { counted: 0, transient: 0 } : (JSON.parse(record) as { counted: number; transient: number });
    return {
      stream,
      entryId,
      fields,
      deliveries,
      dueAtMs: due === '' ? 0 : Number(due),
      counted: failures.counted,
      transient: failures.transient,
    };
  });
}
