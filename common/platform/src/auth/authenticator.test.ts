import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { Secret } from '../config/secret.js';
import { systemClock } from '../time/system-clock.js';
import { Authenticator } from './authenticator.js';
import { SignedAdminTokens, signedTokenTerms } from './signed-admin-tokens.js';
import { tokenMatcher } from './token-match.js';
import type { UsedTokens } from './used-tokens.js';

function open(tokens: { admin?: string; service?: string }) {
  const failures: string[] = [];
  const authenticator = new Authenticator({
    adminToken: tokens.admin === undefined ? undefined : new Secret(tokens.admin),
    serviceToken: tokens.service === undefined ? undefined : new Secret(tokens.service),
    onFailure: ({ scheme, reason }) => failures.push(`${scheme} ${reason}`),
  });
  return { authenticator, failures };
}

describe('a token', () => {
  test('matches itself and nothing else, whatever the length', () => {
    const matches = tokenMatcher(new Secret('abc'));
    expect(['abc', 'abd', 'ab', 'abcd', '', 'ABC'].map(matches)).toEqual([true, false, false, false, false, false]);
  });
});

describe('who calls', () => {
  const { authenticator } = open({ admin: 'A', service: 'S' });

  test('is the signed-in user of the edge, else the calling agent, else nameless', () => {
    const service = { 'x-service-token': 'S' };
    expect(
      authenticator.identify({ ...service, 'x-forwarded-user': 'jane', 'x-calling-agent': 'risk-manager' }),
    ).toEqual({
      kind: 'service',
      name: 'jane',
    });
    expect(authenticator.identify({ ...service, 'x-calling-agent': 'risk-manager' }).name).toBe('risk-manager');
    expect(authenticator.identify({ ...service, 'x-calling-agent': 'two\nlines' }).name).toBe('service');
  });

  test('is the user that the sign-in proxy names where there is no admin gate before', () => {
    const headers = { 'x-service-token': 'S', 'x-auth-request-email': 'jane@octant.test' };
    expect(authenticator.identify(headers)).toEqual({ kind: 'service', name: 'jane@octant.test' });
    expect(authenticator.identify({ ...headers, 'x-forwarded-user': 'jim' }).name).toBe('jim');
  });

  test('is not believed without a valid token', () => {
    expect(authenticator.identify({ 'x-forwarded-user': 'jane', 'x-admin-token': 'B' })).toEqual({
      kind: 'anonymous',
      name: 'anonymous',
    });
  });

  test('is an admin by the admin token in either header', () => {
    const names = [{ 'x-admin-token': 'A' }, { 'x-service-token': 'A' }];
    expect(names.map((headers) => authenticator.identify(headers).kind)).toEqual(['admin', 'admin']);
  });
});

describe('a refusal', () => {
  test('is told with its reason', () => {
    const { authenticator, failures } = open({ admin: 'A' });
    expect(() => authenticator.require('adminToken', {})).toThrow('expected a valid X-Admin-Token header, was none');
    expect(() => authenticator.require('adminToken', { 'x-admin-token': 'B' })).toThrow('was a wrong one');
    expect(() => authenticator.require('adminToken', { 'x-service-token': 'A' })).toThrow('was none');
    expect(() => authenticator.require('serviceToken', { 'x-service-token': '' })).toThrow('X-Service-Token');
    expect(failures).toEqual(['adminToken missing', 'adminToken wrong', 'adminToken missing', 'serviceToken missing']);
  });

  test('comes always where no token is configured', () => {
    const { authenticator, failures } = open({});
    expect(() => authenticator.require('adminToken', { 'x-admin-token': '' })).toThrow();
    expect(() => authenticator.require('adminToken', { 'x-admin-token': 'undefined' })).toThrow();
    expect(() => authenticator.require('serviceToken', { 'x-service-token': 'x' })).toThrow();
    expect(failures).toEqual(['adminToken not_configured', 'adminToken not_configured', 'serviceToken not_configured']);
  });
});

describe('a signed token', () => {
  const key = new Secret('0123456789abcdef0123456789abcdef');
  const sign = (scope: string) =>
    new SignJWT({ scope })
      .setProtectedHeader({ alg: signedTokenTerms.algorithm, typ: signedTokenTerms.type })
      .setIssuer(signedTokenTerms.issuer)
      .setAudience(signedTokenTerms.audience)
      .setSubject('jane')
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(new TextEncoder().encode(key.reveal()));
  const seen = new Set<string>();
  const used: UsedTokens = {
    use: (id) => Promise.resolve(seen.size !== seen.add(id).size),
    close: () => undefined,
  };
  const failures: string[] = [];
  const authenticator = new Authenticator({
    adminToken: new Secret('A'),
    serviceToken: new Secret('S'),
    signedTokens: new SignedAdminTokens({ key, used, clock: systemClock }),
    onFailure: ({ scheme, reason }) => failures.push(`${scheme} ${reason}`),
  });
  const halt = { scheme: 'adminToken', adminScope: 'desk:halt' } as const;

  test('opens an admin route of its scope once, in the name of its person or of the signed-in user', async () => {
    const token = await sign('desk:halt');
    expect(await authenticator.admit(halt, { 'x-admin-token': token })).toEqual({ kind: 'admin', name: 'jane' });
    await expect(authenticator.admit(halt, { 'x-admin-token': token })).rejects.toMatchObject({
      status: 401,
      message: 'expected a valid X-Admin-Token header, was one that was used before',
    });
    const headers = { 'x-admin-token': await sign('desk:halt'), 'x-forwarded-user': 'jane@octant.test' };
    expect(await authenticator.admit(halt, headers)).toEqual({ kind: 'admin', name: 'jane@octant.test' });
  });

  test('of another scope is refused with 403', async () => {
    await expect(authenticator.admit(halt, { 'x-admin-token': await sign('pnl:reset') })).rejects.toMatchObject({
      status: 403,
      code: 'insufficient_scope',
      message: 'expected a valid X-Admin-Token header for desk:halt, was another scope',
    });
  });

  test('opens neither a route without a scope nor a service route', async () => {
    const token = await sign('desk:halt');
    const noScope = { scheme: 'adminToken', adminScope: undefined } as const;
    const service = { scheme: 'serviceToken', adminScope: undefined } as const;
    await expect(authenticator.admit(noScope, { 'x-admin-token': token })).rejects.toMatchObject({ status: 401 });
    await expect(authenticator.admit(service, { 'x-service-token': token })).rejects.toMatchObject({ status: 401 });
    await expect(authenticator.admit(service, { 'x-admin-token': token })).rejects.toMatchObject({ status: 401 });
  });

  test('leaves the tokens themselves what they were', async () => {
    expect(await authenticator.admit(halt, { 'x-admin-token': 'A' })).toEqual({ kind: 'admin', name: 'admin' });
    await expect(authenticator.admit(halt, { 'x-admin-token': 'B' })).rejects.toMatchObject({ status: 401 });
    expect(failures.at(-1)).toBe('adminToken wrong');
  });
});
