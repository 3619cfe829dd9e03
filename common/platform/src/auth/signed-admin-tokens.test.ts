import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { Secret } from '../config/secret.js';
import { TransientError } from '../errors/errors.js';
import { VirtualClock } from '../time/virtual-clock.js';
import { looksSigned, SignedAdminTokens, signedTokenTerms } from './signed-admin-tokens.js';
import type { UsedTokens } from './used-tokens.js';

const key = new TextEncoder().encode('0123456789abcdef0123456789abcdef');
const nowMs = Date.parse('2027-06-01T00:00:00Z');
const now = nowMs / 1000;

class MemoryUsedTokens implements UsedTokens {
  readonly used = new Map<string, number>();
  down = false;
  use(id: string, ttlMs: number): Promise<boolean> {
    if (this.down) return Promise.reject(new TransientError('no Redis', { code: 'redis_unavailable' }));
    const isFirst = !this.used.has(id);
    if (isFirst) this.used.set(id, ttlMs);
    return Promise.resolve(isFirst);
  }
  close(): void {
    this.used.clear();
  }
}

function open() {
  const used = new MemoryUsedTokens();
  const clock = new VirtualClock(nowMs);
  return { used, tokens: new SignedAdminTokens({ key: new Secret('0123456789abcdef0123456789abcdef'), used, clock }) };
}

const good = {
  iss: 'octant-ops',
  aud: 'octant-admin',
  sub: 'jane',
  jti: 'AAAAAAAAAAAAAAAAAAAAAA',
  scope: 'desk:halt streams:read',
  iat: now,
  exp: now + 300,
};

const sign = (claims: Record<string, unknown>, header: { alg?: string; typ?: string } = {}, by: Uint8Array = key) =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: signedTokenTerms.algorithm, typ: signedTokenTerms.type, ...header })
    .sign(by);

describe('a signed admin token', () => {
  test('opens a route of its scopes, once, and is remembered as long as it could be used', async () => {
    const { tokens, used } = open();
    const token = await sign(good);
    expect(await tokens.judge(token, 'streams:read')).toEqual({ name: 'jane' });
    expect(await tokens.judge(token, 'streams:read')).toEqual({ fault: 'replayed' });
    expect(await tokens.judge(token, 'desk:halt')).toEqual({ fault: 'replayed' });
    expect([...used.used]).toEqual([[good.jti, 310_000]]);
  });

  test('is not used up by a route of another scope', async () => {
    const { tokens } = open();
    const token = await sign(good);
    expect(await tokens.judge(token, 'desk:unhalt')).toEqual({ fault: 'scope' });
    expect(await tokens.judge(token, 'desk')).toEqual({ fault: 'scope' });
    expect(await tokens.judge(token, 'desk:halt')).toEqual({ name: 'jane' });
  });

  test.each([
    ['ended', { iat: now - 400, exp: now - 100 }],
    ['is older than any may be', { iat: now - 4000, exp: now - 400 }],
  ])('that %s is expired', async (_case, claims) => {
    expect(await open().tokens.judge(await sign({ ...good, ...claims }), 'desk:halt')).toEqual({ fault: 'expired' });
  });

  test.each([
    ['has another issuer', { iss: 'somebody' }],
    ['is for another audience', { aud: 'somewhere' }],
    ['lives longer than an hour', { exp: now + 3601 }],
    ['has no end', { exp: undefined }],
    ['does not say when it was made', { iat: undefined }],
    ['was made in the future', { iat: now + 60 }],
    ['is not valid yet', { nbf: now + 60 }],
    ['has no id', { jti: undefined }],
    ['has a short id', { jti: '1' }],
    ['has no person', { sub: undefined }],
    ['has a person of two lines', { sub: 'a\nb' }],
    ['has no scope', { scope: undefined }],
    ['has a scope that is no text', { scope: ['desk:halt'] }],
  ])('that %s is wrong', async (_case, claims) => {
    expect(await open().tokens.judge(await sign({ ...good, ...claims }), 'desk:halt')).toEqual({ fault: 'wrong' });
  });

  test('of another key, type, algorithm or none at all is wrong', async () => {
    const { tokens } = open();
    const faults = await Promise.all(
      [
        await sign(good, {}, new TextEncoder().encode('another key of thirty-two bytes!')),
        await sign(good, { typ: 'JWT' }),
        await sign(good, { alg: 'HS512' }, new Uint8Array(64)),
        new UnsecuredJWT(good).encode(),
        `${await sign(good)}A`,
      ].map((token) => tokens.judge(token, 'desk:halt')),
    );
    expect(faults).toEqual(Array.from({ length: 5 }, () => ({ fault: 'wrong' })));
  });

  test('opens nothing when nobody knows whether it was used', async () => {
    const { tokens, used } = open();
    used.down = true;
    await expect(tokens.judge(await sign(good), 'desk:halt')).rejects.toMatchObject({ code: 'redis_unavailable' });
  });

  test('is told from an ordinary token by its three parts', async () => {
    expect([await sign(good), 'a'.repeat(64), 'a.b.c'].map(looksSigned)).toEqual([true, false, false]);
  });
});
