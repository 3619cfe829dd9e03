import { createHash } from 'node:crypto';
import { AppError, PermanentError, TransientError } from '../errors/errors.js';
import type { Delivery } from './delivery.js';
import type { DeadLetter } from './stream-admin.js';

const LONGEST_MESSAGE = 2_000;
/** A value below it can be written as JSON anywhere; Node's stack gives up in the thousands. */
const DEEPEST_PAYLOAD = 200;

/** Decides a failed attempt's fate: at once to the dead letters, retried without end, counted, or the end of a process. */
export type FailureKind = 'permanent' | 'transient' | 'counted' | 'deaths';

export function failureKindOf(error: unknown): FailureKind {
  if (error instanceof PermanentError) return error.code === 'process_deaths' ? 'deaths' : 'permanent';
  return error instanceof TransientError ? 'transient' : 'counted';
}

/** Class, code, message and stack hash (12 hex digits, equal for the same place in the code) of whatever was thrown. */
export function describeError(error: unknown): DeadLetter['error'] {
  if (!(error instanceof Error)) {
    return { class: typeof error, code: 'unknown', message: String(error), stackHash: '' };
  }
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  return {
    class: error.name,
    code: error instanceof AppError ? error.code : 'unexpected',
    message: error.message.slice(0, LONGEST_MESSAGE),
    stackHash: createHash('sha1').update(frames.join('\n')).digest('hex').slice(0, 12),
  };
}

/** Fields of the dead letter that this process knows; the fail script adds counts, times and the reason. */
export function letterFields(delivery: Delivery, consumer: string, error: unknown): string[] {
  const { entry, header, subscription } = delivery;
  const fields: Record<string, string> = {
    ...(header.data === undefined ? {} : { data: header.data }),
    id: header.messageId,
    type: header.type,
    v: header.schemaVersion,
    traceparent: header.traceparent ?? '',
    stream: entry.stream,
    entryId: entry.entryId,
    group: subscription.group,
    consumer,
    deliveries: String(delivery.deliveries),
    error: JSON.stringify(describeError(error)),
    effect: delivery.runs === 0 ? 'none' : 'not_committed',
    original: JSON.stringify(withoutData(entry.fields)),
  };
  return Object.entries(fields).flat();
}

function withoutData(fields: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    if (fields[i] !== 'data') kept.push(fields[i] ?? '', fields[i + 1] ?? '');
  }
  return kept;
}

/** Reads an entry of a dead-letter stream, whoever wrote it. A payload that is no JSON or nests too deep stays a text. */
export function readLetter(id: string, flat: readonly string[], requeued: boolean): DeadLetter {
  const fields = new Map<string, string>();
  for (let i = 0; i + 1 < flat.length; i += 2) fields.set(flat[i] ?? '', flat[i + 1] ?? '');
  const text = (name: string) => fields.get(name) ?? '';
  const number = (name: string) => finiteOr0(fields.get(name));
  return {
    id,
    messageId: text('id'),
    type: text('type'),
    stream: text('stream'),
    group: text('group'),
    consumer: text('consumer'),
    entryId: text('entryId'),
    payload: readPayload(fields.get('data')),
    failures: number('failures'),
    deliveries: number('deliveries'),
    reason: text('reason'),
    error: readError(fields.get('error')),
    effect: text('effect') === 'none' ? 'none' : 'not_committed',
    schemaVersion: text('v'),
    traceparent: text('traceparent'),
    firstFailedAt: isoOf(number('firstFailedAtMs')),
    lastFailedAt: isoOf(number('lastFailedAtMs')),
    requeued,
  };
}

function readPayload(text: string | undefined): unknown {
  return text !== undefined && nestsTooDeep(text) ? text : parseOr(text);
}

function nestsTooDeep(text: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const sign = text[i];
    if (sign === '"') quoted = !quoted;
    else if (quoted && sign === '\\') i += 1;
    else if (quoted) continue;
    else if (sign === '[' || sign === '{') depth += 1;
    else if (sign === ']' || sign === '}') depth -= 1;
    if (depth > DEEPEST_PAYLOAD) return true;
  }
  return false;
}

/** The error of a record; text that is none of ours becomes the message. */
export function readError(text: string | undefined): DeadLetter['error'] {
  const value = parseOr(text);
  const known = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
  const of = (name: string) => (typeof known[name] === 'string' ? known[name] : '');
  const message = typeof value === 'string' ? value : of('message');
  return { class: of('class'), code: of('code'), message, stackHash: of('stackHash') };
}

function finiteOr0(text: string | undefined): number {
  const value = Number(text ?? '0');
  return Number.isFinite(value) ? value : 0;
}

/** A time outside what a date can hold becomes the epoch. */
function isoOf(atMs: number): string {
  return new Date(Math.abs(atMs) <= 8.64e15 ? atMs : 0).toISOString();
}

function parseOr(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
