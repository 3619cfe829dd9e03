import { createHash, hash } from 'node:crypto';

const LONGEST_ID = 256;

/** 96 bits of a message id's SHA-1, 24 hex digits: what the marker hashes know it by. */
export function digestOf(messageId: string): string {
  return hash('sha1', messageId, 'hex').slice(0, 24);
}

/** 128 bits of a message id's SHA-1, 32 hex digits: the trace id of a message that names none. */
export function traceIdOfMessageId(messageId: string): string {
  return hash('sha1', messageId, 'hex').slice(0, 32);
}

/** Id of a handler's output that names none: a function of the input's id and the output's index, so a rerun makes it again. */
export function deriveOutputId(inputId: string, index: number): string {
  const id = `${inputId}/${String(index)}`;
  if (id.length <= LONGEST_ID) return id;
  return `sha256:${createHash('sha256').update(inputId).digest('hex')}/${String(index)}`;
}
