import { PermanentError } from '../errors/errors.js';
import type { DeskKeys } from './desk-keys.js';
import type { Outgoing, StateWrite } from './message.js';
import { digestOf } from './message-id.js';
import type { ScriptArgument } from './redis-scripts.js';
import { traceIdOf, traceparentOf } from './trace-context.js';

export type Identified = Outgoing & { readonly id: string };

/** KEYS and ARGV of one message, as the scripts want them. */
export interface EncodedMessage {
  readonly keys: readonly [stream: string, published: string];
  readonly args: readonly [digest: string, id: string, type: string, traceparent: string, data: string];
}

/**
 * Prepares a message for the scripts. `traceId` is the trace of the message that caused it; roots have their own.
 * @throws PermanentError `invalid_message` for an empty stream or id, or a payload that is no JSON object.
 */
export function encodeMessage(keys: DeskKeys, message: Identified, traceId?: string): EncodedMessage {
  const data = encodePayload(message.stream, message.id, message.payload);
  const digest = digestOf(message.id);
  const trace = traceId ?? traceIdOf({ payload: message.payload, messageId: message.id });
  return {
    keys: [keys.stream(message.stream), keys.published(message.stream)],
    args: [digest, message.id, message.type, traceparentOf(trace, digest), data],
  };
}

/** A message as commitMany wants it: digest and trace id are 24 and 32 hex digits. */
export interface EncodedOutput {
  readonly stream: string;
  readonly type: string;
  readonly digest: string;
  readonly traceId: string;
  readonly id: string;
  readonly data: string;
}

/** Prepares a handler's output of the given trace. @throws PermanentError as `encodeMessage`. */
export function encodeOutput(message: Outgoing, id: string, traceId: string): EncodedOutput {
  const { stream, type, payload } = message;
  const data = encodePayload(stream, id, payload);
  return { stream, type, digest: digestOf(id), traceId, id, data };
}

function encodePayload(stream: string, id: string, payload: unknown): string {
  if (stream === '' || id === '') {
    throw new PermanentError(`expected a stream and an id, was stream "${stream}", id "${id}"`, {
      code: 'invalid_message',
    });
  }
  const data = JSON.stringify(payload) as string | undefined;
  if (data?.startsWith('{') !== true) {
    throw new PermanentError(`expected a JSON object as payload of ${stream}, was ${typeof payload}`, {
      code: 'invalid_message',
    });
  }
  return data;
}

/** KEYS and ARGV of state writes. @throws PermanentError `invalid_state` for a value that JSON cannot hold or a wrong version. */
export function encodeState(keys: DeskKeys, writes: readonly StateWrite[]): { keys: string[]; args: ScriptArgument[] } {
  const args: ScriptArgument[] = [];
  for (const write of writes) {
    if (!Number.isSafeInteger(write.expectedVersion) || write.expectedVersion < 0) {
      throw new PermanentError(
        `expected a version of state "${write.key}" from 0 up, was ${String(write.expectedVersion)}`,
        { code: 'invalid_state' },
      );
    }
    const json = write.value === null ? '' : (JSON.stringify(write.value) as string | undefined);
    if (json === undefined) {
      throw new PermanentError(`expected a JSON value for state "${write.key}", was ${typeof write.value}`, {
        code: 'invalid_state',
      });
    }
    args.push(write.expectedVersion, json);
  }
  return { keys: writes.map((write) => keys.state(write.key)), args };
}
