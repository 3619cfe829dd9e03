import { describe, expect, test } from 'vitest';
import { Secret } from '../config/secret.js';
import { Authenticator } from './authenticator.js';
import { tokenMatcher } from './token-match.js';

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
