import { createHash, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../config/secret.js';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * Makes the comparison with one token. It takes the same time whatever is presented: both sides are hashed to 32 bytes
 * first, so neither the length nor a common beginning shows.
 */
export function tokenMatcher(token: Secret): (presented: string) => boolean {
  const expected = digest(token.reveal());
  return (presented) => timingSafeEqual(expected, digest(presented));
}
