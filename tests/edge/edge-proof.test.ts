import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_TOKEN, SERVICE_TOKEN } from '../support/agent-desk.js';
import { accessTable, differences } from './support/access-table.js';
import { adminCases } from './support/admin-cases.js';
import { closedCases, operationCases, pageCases } from './support/app-cases.js';
import { CaseRunner } from './support/case-runner.js';
import type { EdgeCase } from './support/edge-case.js';
import { visitInBrowser } from './support/browser-sign-in.js';
import { askEdge, type EdgeReply } from './support/edge-request.js';
import { DOMAIN, EdgeStand, OWNER, STRANGER } from './support/edge-stand.js';
import { headerCases, nameCases, pathCases } from './support/odd-cases.js';
import { outcomeOf } from './support/outcome.js';
import { missingPrograms } from './support/programs.js';
import { warningsOf } from './support/warnings.js';

const missing = missingPrograms('traefik', 'oauth2Proxy', 'openssl');
const noBrowser = missingPrograms('chromium');
/** `npm run edge` asks for everything; `npm test` for one admin route an agent, and fewer sessions and tokens. */
const isFull = process.env['OCTANT_EDGE'] === 'full';
const halt = '/admin/orchestrate/halt';

describe.skipIf(missing !== undefined)(`the edge${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let stand: EdgeStand;
  let runner: CaseRunner;
  let complaints: readonly string[];

  beforeAll(async () => {
    stand = await EdgeStand.start();
    complaints = warningsOf(stand.pair);
    runner = await CaseRunner.open(stand);
  });
  afterAll(async () => {
    await stand.stop();
  });

  async function prove(name: string, cases: readonly EdgeCase[]): Promise<void> {
    const results = await runner.run(cases);
    const found = differences(results);
    if (isFull || found.length > 0) {
      process.stdout.write(`\n${name}: ${String(results.length)} requests\n\n${accessTable(results)}\n`);
    }
    expect(found).toEqual([]);
  }

  test('starts both programs without a warning', () => {
    expect(complaints).toEqual([]);
  });

  test('opens admin routes to identity, certificate and token together, and to nothing less', async () => {
    await prove('admin routes', adminCases(isFull ? 'routes' : 'agents'));
  });

  test('opens the app to people who have signed in, for what is made for them', async () => {
    await prove('app', [...operationCases(isFull ? 'all' : 'some'), ...pageCases()]);
  });

  test('has no admin route, no other method and no callback where there is none', async () => {
    await prove('what does not exist', closedCases());
  });

  test('is not deceived by paths, names and headers', async () => {
    await prove('disguises', [...pathCases(), ...nameCases(stand.pair.ports.websecure), ...headerCases()]);
  });

  async function asOwner(method: string, path: string, headers: Readonly<Record<string, string>> = {}) {
    const cookie = runner.cookie('admin', "owner's");
    const certificate = runner.certificate("owner's");
    const body = method === 'GET' ? {} : { body: '{}' };
    const all = { cookie, 'content-type': 'application/json', 'x-admin-token': ADMIN_TOKEN, ...headers };
    const from = runner.nextAddress();
    return askEdge(stand.request('admin', { method, path, certificate, from, headers: all, ...body }));
  }

  test('tells the audit who it was, whatever the request says', async () => {
    const reason = `by the test ${String(Date.now())}`;
    const cookie = runner.cookie('admin', "owner's");
    const headers = {
      ...{ cookie, 'content-type': 'application/json', 'x-admin-token': ADMIN_TOKEN },
      ...{
        'x-forwarded-user': 'somebody@else.test',
        'x-auth-request-email': 'somebody@else.test',
        'x-calling-agent': 'me',
      },
    };
    const certificate = runner.certificate("owner's");
    const body = JSON.stringify({ reason });
    const request = { method: 'POST', path: halt, certificate, headers, body, from: runner.nextAddress() };
    expect(outcomeOf(await askEdge(stand.request('admin', request)))).toBe('open');
    await expect
      .poll(async () => textOf(await asOwner('GET', '/admin/audit?limit=50')), { timeout: 10_000 })
      .toContain(reason);
    const audit = textOf(await asOwner('GET', '/admin/audit?limit=50'));
    expect(audit).toContain('owner@octant.test');
    expect(audit).not.toContain('somebody@else.test');
  });

  test('shows the admin host to allowed addresses only', async () => {
    const certificate = runner.certificate("owner's");
    const headers = { cookie: runner.cookie('admin', "owner's"), 'x-admin-token': ADMIN_TOKEN };
    const from = (address: string) =>
      askEdge(stand.request('admin', { path: '/admin/audit', certificate, headers, from: address }));
    expect(outcomeOf(await from('127.1.0.1'))).toBe('open');
    expect(outcomeOf(await from('127.200.0.1'))).toBe('unknown');
    const pages = { path: '/oauth2/sign_in', certificate, from: '127.200.0.1' };
    expect(outcomeOf(await askEdge(stand.request('admin', pages)))).toBe('unknown');
  });

  test.each([
    { host: 'app', path: '/pnl/status', usual: 'sign in', burst: 60 },
    { host: 'app', path: '/oauth2/start', usual: 'sign in', burst: 20 },
    { host: 'hooks', path: '/slack/interactions', usual: 'unknown', burst: 20 },
    { host: 'admin', path: '/admin/audit', usual: 'sign in', burst: 20 },
  ] as const)('lets an address ask $host $path in bounds of its own', async ({ host, path, usual, burst }) => {
    const certificate = host === 'admin' ? runner.certificate("owner's") : undefined;
    const from = runner.nextAddress();
    const ask = (address: string) => askEdge(stand.request(host, { path, certificate, from: address }));
    const outcomes = await Promise.all(Array.from({ length: burst * 3 }, () => ask(from)));
    const counts = (outcome: string) => outcomes.map(outcomeOf).filter((one) => one === outcome).length;
    expect(counts('too many')).toBeGreaterThan(0);
    expect(counts(usual)).toBeGreaterThanOrEqual(burst);
    expect(counts('too many') + counts(usual)).toBe(outcomes.length);
    expect(outcomeOf(await ask(runner.nextAddress()))).toBe(usual);
  });

  test('sends plain HTTP to HTTPS, on every host and path', async () => {
    const { web, websecure } = stand.pair.ports;
    for (const host of ['app', 'admin', 'hooks'].map((name) => `${name}.${DOMAIN}`)) {
      const reply = await askEdge({ port: web, ca: undefined, sni: '', host, method: 'GET', path: halt });
      expect(reply).toMatchObject({
        status: 301,
        headers: { location: `https://${host}:${String(websecure)}${halt}` },
      });
    }
  });

  test('speaks TLS 1.2 and 1.3, and nothing older', async () => {
    const at = async (maxVersion: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3') =>
      outcomeOf(await askEdge(stand.request('app', { path: '/pnl/status', maxVersion, from: runner.nextAddress() })));
    expect([await at('TLSv1.1'), await at('TLSv1.2'), await at('TLSv1.3')]).toEqual(['no TLS', 'sign in', 'sign in']);
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'resumes no session of another host for the admin host, %s',
    async (version) => {
      const { websecure: port } = stand.pair.ports;
      const { authority: ca } = stand.certificates;
      const base = { host: '127.0.0.1', port, ca, maxVersion: version, checkServerIdentity: () => undefined };
      const session = await sessionOf(connectTls({ ...base, servername: `app.${DOMAIN}` }), `app.${DOMAIN}`);
      const answer = await answerOf(connectTls({ ...base, session, servername: `admin.${DOMAIN}` }), `admin.${DOMAIN}`);
      expect(answer).toBe('');
    },
  );

  test('does not serve the admin host on an HTTP/2 connection of the app host', async () => {
    const { websecure: port } = stand.pair.ports;
    const { authority: ca } = stand.certificates;
    const session = connectHttp2(`https://127.0.0.1:${String(port)}`, {
      ...{ ca, servername: `app.${DOMAIN}`, checkServerIdentity: () => undefined },
    });
    const status = await new Promise((resolve, reject) => {
      session.on('error', reject);
      const headers = {
        ':path': halt,
        ':method': 'POST',
        ':authority': `admin.${DOMAIN}`,
        'x-admin-token': ADMIN_TOKEN,
      };
      const stream = session.request({ ...headers, cookie: runner.cookie('admin', "owner's") });
      stream.on('response', (answer) => {
        resolve(answer[':status']);
      });
      stream.on('error', reject);
      stream.end();
    });
    session.destroy();
    expect(status).toBe(421);
  });

  test('puts security headers on every answer', async () => {
    const reply = await asOwner('GET', '/admin/audit');
    if (reply.kind === 'tls') throw new Error('expected an answer');
    expect(reply.headers).toMatchObject({
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    expect([reply.headers['server'], reply.headers['x-powered-by']]).toEqual([undefined, undefined]);
  });

  test('tells programs 401 where it would send people to the provider', async () => {
    const headers = { accept: 'application/json' };
    const reply = await askEdge(stand.request('app', { path: '/pnl/status', headers, from: runner.nextAddress() }));
    expect(reply).toMatchObject({ kind: 'http', status: 401 });
  });

  test('refuses a certificate from the moment it is revoked, and everybody while the list cannot be read', async () => {
    stand.certificates.run('issue', 'leaver');
    const certificate = stand.client('leaver');
    const headers = { cookie: runner.cookie('admin', "colleague's"), 'x-admin-token': ADMIN_TOKEN };
    const ask = async () =>
      outcomeOf(
        await askEdge(
          stand.request('admin', { path: '/admin/audit', certificate, headers, from: runner.nextAddress() }),
        ),
      );
    expect(await ask()).toBe('open');
    const restore = stand.certificates.hideList();
    expect([await ask(), outcomeOf(await asOwner('GET', '/admin/audit'))]).toEqual(['gate closed', 'gate closed']);
    restore();
    expect(await ask()).toBe('open');
    stand.certificates.run('revoke', 'leaver');
    expect([await ask(), outcomeOf(await asOwner('GET', '/admin/audit'))]).toEqual(['certificate refused', 'open']);
  });

  describe.skipIf(noBrowser !== undefined)(
    `in a browser${noBrowser === undefined ? '' : ` (skipped: ${noBrowser})`}`,
    () => {
      test('a person signs in and sees what was asked for, and the session is a host’s own', async () => {
        const { websecure: port } = stand.pair.ports;
        const sight = await visitInBrowser({ port, email: OWNER, host: 'app', path: '/pnl/status' });
        expect(sight).toMatchObject({ url: `https://app.${DOMAIN}:${String(port)}/pnl/status`, status: 200 });
        expect(sight.text).toContain('"equityQuote"');
        expect(sight.cookies).toEqual([
          { name: '__Host-octant', secure: true, httpOnly: true, sameSite: 'Lax', path: '/' },
        ]);
      });

      test('a person who is not on the list signs in at the provider, and stays outside', async () => {
        const { websecure: port } = stand.pair.ports;
        const sight = await visitInBrowser({ port, email: STRANGER, host: 'app', path: '/pnl/status' });
        expect([sight.status, sight.cookies.filter(({ name }) => name === '__Host-octant')]).toEqual([403, []]);
      });

      test('an admin’s certificate and sign-in do not do without the token', async () => {
        const { websecure: port } = stand.pair.ports;
        const certificate = runner.certificate("owner's");
        const sight = await visitInBrowser({ port, email: OWNER, host: 'admin', path: '/admin/audit', certificate });
        expect(sight).toMatchObject({ url: `https://admin.${DOMAIN}:${String(port)}/admin/audit`, status: 401 });
        expect(sight.text).toContain('expected a valid X-Admin-Token header, was none');
      });

      test('nobody gets to the admin host without a certificate', async () => {
        const { websecure: port } = stand.pair.ports;
        const visit = visitInBrowser({ port, email: OWNER, host: 'admin', path: '/admin/audit' });
        await expect(visit).rejects.toThrow(/ERR_BAD_SSL_CLIENT_AUTH_CERT|ERR_SSL|ERR_SOCKET|ERR_CONNECTION/);
      });
    },
  );

  test('lets nobody in while sign-in is not set up, and says what to set', async () => {
    const pair = await stand.startUnconfigured();
    try {
      expect(warningsOf(pair)).toEqual([]);
      const certificate = runner.certificate("owner's");
      for (const [host, path] of [
        ['app', '/'],
        ['app', '/pnl/status'],
        ['admin', halt],
      ] as const) {
        for (const cookie of ['', runner.cookie(host, "owner's")]) {
          const headers = { cookie, 'x-admin-token': ADMIN_TOKEN };
          const request = stand.request(host, {
            path,
            certificate: host === 'admin' ? certificate : undefined,
            headers,
          });
          const reply = await askEdge({ ...request, port: pair.ports.websecure });
          expect(reply).toMatchObject({ kind: 'http', status: 403 });
          expect(textOf(reply)).toContain('secrets/oauth2_client_id');
        }
      }
      const callback = stand.request('app', { path: '/oauth2/callback?code=x&state=y%3A%2F' });
      expect(outcomeOf(await askEdge({ ...callback, port: pair.ports.websecure }))).toBe('person refused');
    } finally {
      await pair.stop();
    }
  });

  test('writes no token, cookie, code or query into its logs', () => {
    const { traefik, oauth2Proxy } = stand.pair;
    const output = traefik.output + oauth2Proxy.output;
    const values = [ADMIN_TOKEN, SERVICE_TOKEN, stand.provider.clientSecret, stand.signingKey];
    const session = runner.cookie('app', "owner's").split('=')[1]?.slice(0, 40);
    for (const value of [...values, session, 'code=', 'state=', 'x_admin_token']) expect(output).not.toContain(value);
    expect(output).toContain('"RequestPath":"/oauth2/callback"');
  });
});

function textOf(reply: EdgeReply): string {
  return reply.kind === 'tls' ? '' : reply.text;
}

type Connection = ReturnType<typeof connectTls>;

function sessionOf(socket: Connection, host: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    // TLS 1.3 hands the ticket out after the handshake, with the first answer.
    socket.on('session', (session: Buffer) => {
      socket.destroy();
      resolve(session);
    });
    socket.on('secureConnect', () => socket.write(`GET /x HTTP/1.1\r\nHost: ${host}\r\n\r\n`));
  });
}

/** What comes back for a request on that connection; `''` when it is refused. */
function answerOf(socket: Connection, host: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(text);
    });
    socket.on('secureConnect', () =>
      socket.write(`POST ${halt} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`),
    );
  });
}
