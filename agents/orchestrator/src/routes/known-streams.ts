import type { DeadLetterFilter } from '@octant/platform/bus/stream-admin';
import { PermanentError } from '@octant/platform/errors/errors';
import { streams, type StreamName } from '@octant/trading/messages/streams';

/** A filter as the OpenAPI file lets it through. */
export type FilterInput = { readonly [Field in keyof DeadLetterFilter]: DeadLetterFilter[Field] | undefined };

/** A stream of the desk, given with or without `.dlq`. @throws PermanentError `not_found` naming the field and what is known. */
export function knownStream(field: string, value: unknown): StreamName {
  const name = String(value).replace(/\.dlq$/, '');
  if (Object.hasOwn(streams, name)) return name as StreamName;
  throw notKnown(field, value, Object.keys(streams));
}

/** @throws PermanentError `not_found` naming the field and the stream's groups. */
export function knownGroup(stream: StreamName, field: string, value: unknown): string {
  const groups = Object.keys(streams[stream].groups);
  if (typeof value === 'string' && groups.includes(value)) return value;
  throw notKnown(field, value, groups);
}

/** The fields of a filter that are there. @throws PermanentError `not_found` for a group that the stream has not. */
export function knownFilter(stream: StreamName, input: FilterInput, prefix = ''): DeadLetterFilter {
  const { type, errorCode, group, reason, olderThanMs, youngerThanMs } = input;
  if (group !== undefined) knownGroup(stream, `${prefix}group`, group);
  const given = { type, errorCode, group, reason, olderThanMs, youngerThanMs };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function notKnown(field: string, value: unknown, known: readonly string[]): PermanentError {
  return new PermanentError(`${field}: expected one of ${known.join(', ')}, was ${JSON.stringify(value)}`, {
    code: 'not_found',
    status: 404,
    details: { field },
  });
}
