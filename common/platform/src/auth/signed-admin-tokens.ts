import { errors, jwtVerify } from 'jose';
import type { Secret } from '../config/secret.js';
import type { Clock } from '../time/clock.js';
import type { UsedTokens } from './used-tokens.js';

/** What a signed admin token must say of itself; `npm run ops -- token:mint` writes the same. */
export const signedTokenTerms = {
  issuer: 'octant-ops',
  audience: 'octant-admin',
  type: 'octant-admin+jwt',
  algorithm: 'HS256',
  /** Longest life, from `iat` to `exp`. */
  maxLifeSeconds: 3600,
} as const;

const CLOCK_SKEW_SECONDS = 5;

/** Why a signed token does not open a route. */
export type SignedTokenFault = 'wrong' | 'expired' | 'replayed' | 'scope';

/** What became of a signed token: `sub` of the good one, or the fault. */
export type SignedTokenVerdict = { readonly name: string } | { readonly fault: SignedTokenFault };

/** A JWT has three parts; an admin's secret that happens to have them is compared as a secret first. */
export function looksSigned(presented: string): boolean {
  return /^[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}$/.test(presented);
}

/** Short-lived admin tokens: signed, for named scopes, each good for one request. */
export class SignedAdminTokens {
  readonly #key: Uint8Array;
  readonly #used: UsedTokens;
  readonly #clock: Clock;

  constructor({ key, used, clock }: { key: Secret; used: UsedTokens; clock: Clock }) {
    this.#key = new TextEncoder().encode(key.reveal());
    this.#used = used;
    this.#clock = clock;
  }

  /**
   * Checks signature, terms, times and scope, and uses the token up when all are right. A token that lacks the scope is not
   * used up.
   * @throws TransientError `redis_unavailable` when nobody can tell whether it was used before.
   */
  async judge(token: string, scope: string): Promise<SignedTokenVerdict> {
    const claims = await this.#claims(token);
    if ('fault' in claims) return claims;
    if (!claims.scopes.includes(scope)) return { fault: 'scope' };
    const ttlMs = Math.max(1000, claims.expiresAtMs - this.#clock.now() + CLOCK_SKEW_SECONDS * 2000);
    return (await this.#used.use(claims.id, Math.ceil(ttlMs))) ? { name: claims.name } : { fault: 'replayed' };
  }

  async #claims(token: string): Promise<Claims | { fault: SignedTokenFault }> {
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: [signedTokenTerms.algorithm],
        issuer: signedTokenTerms.issuer,
        audience: signedTokenTerms.audience,
        typ: signedTokenTerms.type,
        requiredClaims: ['exp', 'iat', 'jti', 'sub', 'scope'],
        maxTokenAge: signedTokenTerms.maxLifeSeconds,
        clockTolerance: CLOCK_SKEW_SECONDS,
        currentDate: new Date(this.#clock.now()),
      });
      return claimsOf(payload) ?? { fault: 'wrong' };
    } catch (error) {
      if (error instanceof errors.JWTExpired) return { fault: 'expired' };
      if (error instanceof errors.JOSEError) return { fault: 'wrong' };
      throw error;
    }
  }
}

interface Claims {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly expiresAtMs: number;
}

function claimsOf(payload: Readonly<Record<string, unknown>>): Claims | undefined {
  const { jti, sub, scope, exp, iat } = payload;
  if (typeof jti !== 'string' || !/^[\w-]{16,64}$/.test(jti)) return undefined;
  if (typeof sub !== 'string' || !/^[\x21-\x7e]{1,100}$/.test(sub)) return undefined;
  if (typeof scope !== 'string' || typeof exp !== 'number' || typeof iat !== 'number') return undefined;
  if (exp - iat > signedTokenTerms.maxLifeSeconds) return undefined;
  return { id: jti, name: sub, scopes: scope.split(' '), expiresAtMs: exp * 1000 };
}
