import { X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RevocationLists } from '@octant/platform/auth/revocation-lists';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { missingPrograms } from './support/programs.js';
import { TestCertificates } from './support/test-certificates.js';

const missing = missingPrograms('openssl');

describe.skipIf(missing !== undefined)(`certs.sh${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let certificates: TestCertificates;
  const read = (path: string) => readFileSync(join(certificates.folder, path), 'utf8');
  const mode = (path: string) => statSync(join(certificates.folder, path)).mode & 0o777;
  const standing = (name: string) =>
    new RevocationLists(join(certificates.folder, 'trust')).standingOf(
      new X509Certificate(certificates.client(name).cert),
    );

  beforeEach(() => {
    certificates = new TestCertificates(mkdtempSync(join(tmpdir(), 'octant-certs-')));
    certificates.run('init', '--domain', 'octant.test');
  });
  afterEach(() => {
    rmSync(certificates.folder, { recursive: true });
  });

  test('makes authority, list and server certificate once', () => {
    const files = ['trust/ca.crt', 'trust/crl.pem', 'private/ca.key', 'server/tls.crt', 'server/tls.key'];
    const before = files.map(read);
    expect(certificates.run('init', '--domain', 'octant.test').match(/there already/g)).toHaveLength(3);
    expect(files.map(read)).toEqual(before);
    expect(new X509Certificate(read('server/tls.crt')).subjectAltName).toBe(
      'DNS:app.octant.test, DNS:admin.octant.test, DNS:hooks.octant.test',
    );
    expect(read('ca.crt')).toBe(read('trust/ca.crt'));
  });

  test('follows another domain with the same key, and leaves a certificate of somebody else alone', () => {
    const key = read('server/tls.key');
    certificates.run('init', '--domain', 'other.test');
    const own = read('server/tls.crt');
    expect([new X509Certificate(own).checkHost('app.other.test'), read('server/tls.key')]).toEqual([
      'app.other.test',
      key,
    ]);
    const foreign = new TestCertificates(mkdtempSync(join(tmpdir(), 'octant-certs-')));
    foreign.run('init', '--domain', 'other.test');
    writeFileSync(
      join(certificates.folder, 'server', 'tls.crt'),
      readFileSync(join(foreign.folder, 'server', 'tls.crt')),
    );
    expect(certificates.run('init', '--domain', 'third.test')).toContain('your own, left alone');
    rmSync(foreign.folder, { recursive: true });
  });

  test('keeps keys to their owner', () => {
    certificates.run('issue', 'jane');
    const keys = ['private/ca.key', 'clients/jane/jane.key', 'clients/jane/jane.p12', 'clients/jane/jane.p12.password'];
    expect(keys.map(mode)).toEqual([0o600, 0o600, 0o600, 0o600]);
    expect([mode('private'), mode('clients')]).toEqual([0o700, 0o700]);
    expect(mode('server/tls.key') & 0o007).toBe(0);
  });

  test('issues for a person and a time, once', () => {
    certificates.run('issue', 'jane', '--email', 'jane@octant.test', '--days', '30');
    const { cert } = certificates.client('jane');
    const { subject, subjectAltName, keyUsage, validTo } = new X509Certificate(cert);
    expect([subject, subjectAltName, keyUsage]).toEqual(['CN=jane', 'email:jane@octant.test', ['1.3.6.1.5.5.7.3.2']]);
    expect(Math.round((Date.parse(validTo) - Date.now()) / 86_400_000)).toBe(30);
    expect(certificates.run('issue', 'jane')).toContain('has a valid certificate already');
    expect(certificates.client('jane').cert).toBe(cert);
  });

  test('revokes what it has issued, and issues anew with another key', async () => {
    certificates.run('issue', 'jane');
    const before = certificates.client('jane');
    expect(await standing('jane')).toBe('good');
    certificates.run('revoke', 'jane');
    expect(await standing('jane')).toBe('revoked');
    certificates.run('revoke', 'jane');
    certificates.run('issue', 'jane');
    expect([await standing('jane'), certificates.client('jane').key === before.key]).toEqual(['good', false]);
    expect(certificates.run('list').match(/jane +(valid|revoked)/g)).toEqual([
      'jane                 revoked',
      'jane                 valid',
    ]);
  });

  test('watches and revokes a certificate whose key was handed over and deleted', async () => {
    certificates.run('issue', 'jane');
    const { cert } = certificates.client('jane');
    rmSync(join(certificates.folder, 'clients', 'jane'), { recursive: true });
    expect([read('trust/clients/jane.crt'), mode('trust/clients/jane.crt')]).toEqual([cert, 0o644]);
    expect(certificates.run('issue', 'jane')).toContain('has a valid certificate already: handed over');
    certificates.run('revoke', 'jane');
    expect(existsSync(join(certificates.folder, 'trust', 'clients', 'jane.crt'))).toBe(false);
    expect(await new RevocationLists(join(certificates.folder, 'trust')).standingOf(new X509Certificate(cert))).toBe(
      'revoked',
    );
    certificates.run('issue', 'jane');
    expect(read('trust/clients/jane.crt')).toBe(certificates.client('jane').cert);
  });

  test.each([
    [['issue', '../jane'], 'NAME: expected lower-case letters'],
    [['issue', 'jane', '--days', '0'], '--days: expected 1 to 9999'],
    [['issue', 'jane', '--email', 'jane'], '--email: expected an address'],
    [['revoke', 'nobody'], 'expected a certificate of nobody'],
    [['init', '--domain', 'A B'], '--domain: expected a domain'],
    [['make'], 'expected init, issue, revoke or list'],
  ])('refuses %j', (args, message) => {
    expect(() => certificates.run(...args)).toThrow(message);
  });
});
