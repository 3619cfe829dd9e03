import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  clientCertificates,
  otherAuthority,
  otherList,
  ourAuthority,
  ourEmptyList,
  ourList,
} from '../testing/edge-certificates.js';
import { VirtualClock } from '../time/virtual-clock.js';
import { AdminGate } from './admin-gate.js';
import { RevocationLists } from './revocation-lists.js';

const today = Date.parse('2027-06-01T00:00:00Z');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'octant-trust-'));
  trust({ 'ca.crt': ourAuthority, 'crl.pem': ourList });
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function trust(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

function open(atMs = today) {
  const gate = new AdminGate({ lists: new RevocationLists(folder), clock: new VirtualClock(atMs) });
  return (certificate: string | undefined, email: string | undefined = 'jane@octant.test') =>
    gate.judge({ 'x-forwarded-tls-client-cert': certificate, 'x-auth-request-email': email });
}

const refused = (reason: string) => ({ admitted: false, reason });
const { jane, pat, bob, server, authority, janeOfOther } = clientCertificates;

describe('the admin gate', () => {
  test('admits a signed-in person with a certificate of ours, whatever the case of the address', async () => {
    const judge = open();
    expect(await judge(jane, 'JANE@octant.test')).toEqual({ admitted: true, email: 'jane@octant.test' });
    expect(await judge(pat, 'anybody@octant.test')).toEqual({ admitted: true, email: 'anybody@octant.test' });
  });

  test('looks at the first certificate of a chain', async () => {
    expect(await open()(`${jane},${authority}`)).toEqual({ admitted: true, email: 'jane@octant.test' });
    expect(await open()(`${bob},${jane}`)).toEqual(refused('revoked_certificate'));
  });

  test('wants an identity before it looks at anything else', async () => {
    trust({ 'crl.pem': 'broken' });
    const judge = open();
    for (const email of ['', 'jane', 'jane@octant.test, bob@octant.test', 'a b@octant.test']) {
      expect(await judge(jane, email)).toEqual(refused('no_identity'));
    }
  });

  test('refuses what is no certificate', async () => {
    const judge = open();
    for (const certificate of [undefined, '', 'none', 'A'.repeat(200), `${jane}!`, jane.slice(0, 300)]) {
      expect(await judge(certificate)).toEqual(refused('no_certificate'));
    }
  });

  test('refuses certificates of others, of servers and of authorities', async () => {
    const judge = open();
    for (const certificate of [janeOfOther, server, authority]) {
      expect(await judge(certificate)).toEqual(refused('foreign_certificate'));
    }
  });

  test('refuses a certificate before its first and after its last day', async () => {
    const expired = refused('expired_certificate');
    expect(await open(Date.parse('2026-01-01T00:00:00Z'))(jane)).toEqual(expired);
    expect(await open(Date.parse('2126-01-01T00:00:00Z'))(jane)).toEqual(expired);
  });

  test('opens a certificate that names an address for that person only', async () => {
    expect(await open()(jane, 'pat@octant.test')).toEqual(refused('another_person'));
  });
});

describe('a revocation', () => {
  test('holds as soon as the list is replaced', async () => {
    trust({ 'crl.pem': ourEmptyList });
    const judge = open();
    expect(await judge(bob)).toEqual({ admitted: true, email: 'jane@octant.test' });
    trust({ 'crl.pem': ourList });
    expect(await judge(bob)).toEqual(refused('revoked_certificate'));
  });

  test('is by the list of the issuer: each of several authorities has its own', async () => {
    trust({ 'ca.crt': ourAuthority + otherAuthority, 'crl.pem': ourList + otherList });
    const judge = open();
    expect(await judge(janeOfOther)).toEqual({ admitted: true, email: 'jane@octant.test' });
    expect(await judge(bob)).toEqual(refused('revoked_certificate'));
  });

  test.each([
    ['there is no list', undefined],
    ['the list is empty', ''],
    ['the list is no list', '-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n'],
    ['somebody else has signed the list', otherList],
    ['the list was changed after it was signed', ourList.replace(/^M(.{30})./m, 'M$1A')],
  ])('that cannot be known closes the gate: %s', async (_case, list) => {
    if (list === undefined) rmSync(join(folder, 'crl.pem'));
    else trust({ 'crl.pem': list });
    await expect(open()(jane)).rejects.toMatchObject({ code: 'revocations_unavailable', status: 503 });
  });

  test('closes the gate until the list can be read again', async () => {
    const judge = open();
    await judge(jane);
    rmSync(join(folder, 'crl.pem'));
    await expect(judge(jane)).rejects.toMatchObject({ code: 'revocations_unavailable' });
    trust({ 'crl.pem': ourList });
    expect(await judge(jane)).toEqual({ admitted: true, email: 'jane@octant.test' });
  });
});
