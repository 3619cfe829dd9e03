import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SignJWT } from 'jose';
import { InputError } from './call-desk.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
/** What the agents ask of a token (common/platform/src/auth/signed-admin-tokens.ts). */
const TERMS = { issuer: 'octant-ops', audience: 'octant-admin', type: 'octant-admin+jwt', algorithm: 'HS256' };
const LONGEST_TTL_MS = 3_600_000;
const SHORTEST_KEY = 32;

/**
 * A signed admin token for one request of the given scopes.
 * `ttlMs`: its life. @throws InputError for an unknown scope, a life beyond an hour, or a key that is absent or short.
 */
export async function mintToken({ scope, ttlMs, name }) {
  const scopes = knownScopes();
  const wanted = scope.split(/[\s,]+/).filter((one) => one !== '');
  const unknown = wanted.find((one) => !scopes.includes(one));
  if (wanted.length === 0 || unknown !== undefined) {
    throw new InputError(`--scope: expected some of ${scopes.join(', ')}, was ${JSON.stringify(unknown ?? scope)}`);
  }
  if (ttlMs < 1000 || ttlMs > LONGEST_TTL_MS) throw new InputError(`--ttl: expected 1s to 1h, was ${ttlMs / 1000}s`);
  if (!/^[\x21-\x7e]{1,100}$/.test(name)) throw new InputError(`--name: expected a name without spaces, was ${name}`);
  const nowSeconds = Math.floor(Date.now() / 1000);
  return new SignJWT({ scope: wanted.join(' ') })
    .setProtectedHeader({ alg: TERMS.algorithm, typ: TERMS.type })
    .setIssuer(TERMS.issuer)
    .setAudience(TERMS.audience)
    .setSubject(name)
    .setJti(randomUUID())
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + Math.ceil(ttlMs / 1000))
    .sign(signingKey());
}

/** Who is at this terminal, for the audit. */
export function nameOfOperator() {
  return process.env.SUDO_USER || userInfo().username;
}

/** Every scope that a route asks for. */
export function knownScopes() {
  const folder = join(root, 'openapi');
  const texts = readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => readFileSync(join(folder, file), 'utf8'));
  const found = texts.flatMap((text) => [...text.matchAll(/^ +x-admin-scope: (\S+)$/gm)].map(([, scope]) => scope));
  return [...new Set(found)].sort();
}

function signingKey() {
  const { TOKEN_SIGNING_KEY: value, TOKEN_SIGNING_KEY_FILE: file } = process.env;
  if (value && file) throw new InputError('expected TOKEN_SIGNING_KEY or TOKEN_SIGNING_KEY_FILE, was both');
  const usual = ['secrets', '.octant'].map((folder) => join(root, folder, 'token_signing_key'));
  const path = file || usual.find((candidate) => existsSync(candidate));
  if (!value && path === undefined) {
    throw new InputError(
      `expected a key in TOKEN_SIGNING_KEY, TOKEN_SIGNING_KEY_FILE, ${usual.join(' or ')}, was none`,
    );
  }
  const key = value || readFileSync(path, 'utf8').replace(/[\r\n]+$/, '');
  if (key.length < SHORTEST_KEY) {
    throw new InputError(`the signing key: expected at least ${SHORTEST_KEY} characters, was ${key.length}`);
  }
  return Buffer.from(key);
}
