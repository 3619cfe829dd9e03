import { createHash } from 'node:crypto';

const SHARDS = 64;
const LONGEST_ID = 256;

export interface IdDigest {
  /** 32 hex digits that stand for the id in marker hashes. */
  readonly digest: string;
  /** Which of a stream's marker hashes the id belongs to, from 0 to 63; a repeat of the id finds the same one. */
  readonly shard: number;
}

/** Digest and shard of a message id: short and of one length, so that the marker hashes stay in Redis' compact form. */
export function digestOf(messageId: string): IdDigest {
  const digest = createHash('sha1').update(messageId).digest('hex').slice(0, 32);
  return { digest, shard: Number.parseInt(digest.slice(0, 2), 16) % SHARDS };
}

/** Id of a handler's output that names none: a function of the input's id and the output's index, so a rerun makes it again. */
export function deriveOutputId(inputId: string, index: number): string {
  const id = `${inputId}/${String(index)}`;
  if (id.length <= LONGEST_ID) return id;
  return `sha256:${createHash('sha256').update(inputId).digest('hex')}/${String(index)}`;
}
