import { randomBytes } from 'node:crypto';

/** Makes short texts that are unique over processes and restarts: a random part of this process and a counter. */
export function createTokens(): () => string {
  const own = randomBytes(6).toString('base64url');
  let count = 0;
  return () => {
    count += 1;
    return `${own}${count.toString(36)}`;
  };
}
