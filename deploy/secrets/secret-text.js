import { createHash } from 'node:crypto';

/** Lengths in bytes that oauth2-proxy takes for its cookie secret. */
const COOKIE_SECRET_BYTES = new Set([16, 24, 32]);

/** A secret as its readers take it: line ends at the end of the file are no part of it. */
export function withoutLineEnd(text) {
  return text.replace(/[\r\n]+$/, '');
}

/**
 * A cookie secret that oauth2-proxy takes, made of one of any other length (`openssl rand -base64 32` writes 44 characters and
 * a line end): 32 characters of its hash, always the same ones. An empty text stays empty.
 */
export function cookieSecretOf(text) {
  const secret = withoutLineEnd(text);
  if (secret === '' || COOKIE_SECRET_BYTES.has(Buffer.byteLength(secret))) return secret;
  return createHash('sha256').update(secret).digest('base64url').slice(0, 32);
}
