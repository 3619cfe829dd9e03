import type { EdgeCase } from './edge-case.js';
import { DOMAIN } from './edge-stand.js';
import type { Outcome } from './outcome.js';

const everything = { certificate: "owner's", session: "owner's", token: 'the secret', scope: 'desk:halt' } as const;
const halt = '/admin/orchestrate/halt';

/** Ways to write an admin path that a server behind could read as one, at the host where there is none. */
const oddPaths: readonly (readonly [path: string, expected: Outcome])[] = [
  [`/${halt}`, 'unknown'],
  [`//pnl/..${halt}`, 'unknown'],
  [`/.${halt}`, 'unknown'],
  [`/pnl/..${halt}`, 'unknown'],
  [`/pnl/%2e%2e${halt}`, 'unknown'],
  [`/pnl/%2E.${halt}`, 'unknown'],
  [`/desk/../../..${halt}`, 'unknown'],
  ['/%61dmin/orchestrate/halt', 'unknown'],
  ['/ADMIN/orchestrate/halt', 'unknown'],
  ['/Admin/Orchestrate/Halt', 'unknown'],
  ['/admin./orchestrate/halt', 'unknown'],
  ['/admin%20/orchestrate/halt', 'unknown'],
  ['/agents/orchestrator/admin/orchestrate/halt', 'unknown'],
  [`/agents/orchestrator/docs/../../..${halt}`, 'unknown'],
  ['/agents/orchestrator/docs/../admin/orchestrate/halt', 'unknown'],
  ['/agents/orchestrator/%61dmin/orchestrate/halt', 'unknown'],
  ['/agents/orchestrator/edge/admin-gate', 'unknown'],
  [`/oauth2/..${halt}`, 'unknown'],
  [`/oauth2/static/../..${halt}`, 'unknown'],
  ['/oauth2/auth', 'unknown'],
  ['/oauth2/userinfo', 'unknown'],
  ['/pnl%2f..%2fadmin/orchestrate/halt', 'unknown'],
  ['/admin%2Forchestrate/halt', 'unknown'],
  ['/admin%00/orchestrate/halt', 'unknown'],
  ['/admin%3b/orchestrate/halt', 'unknown'],
  ['/pnl/status%3f/../../admin/orchestrate/halt', 'unknown'],
  ['/admin;a=b/orchestrate/halt', 'unknown'],
  ['/desk\\..\\admin\\orchestrate\\halt', 'unknown'],
];

/** The same below a path that is served: encoded, they do not come through. */
const encodedPaths = [
  '/pnl/..%2fadmin/orchestrate/halt',
  '/pnl/..%5cadmin/orchestrate/halt',
  '/pnl/%252e%252e/admin/orchestrate/halt',
  '/pnl/status%00',
  '/pnl/status%3b/x',
  '/pnl/status%3f/x',
  '/pnl/status%23/x',
  '/agents/orchestrator/docs/..%2f..%2fadmin/orchestrate/halt',
];

export function pathCases(): EdgeCase[] {
  const common = { host: 'app', oddity: 'a path in disguise', ...everything } as const;
  return [
    ...oddPaths.flatMap(([path, expected]) => ['GET', 'POST'].map((method) => ({ ...common, method, path, expected }))),
    ...encodedPaths.map((path) => ({ ...common, method: 'GET', path, expected: 'bad request' as const })),
    ...encodedPaths.map((path) => ({ ...common, method: 'POST', path, expected: 'unknown' as const })),
  ];
}

/** Names of the TLS connection and of the request that are not the same. */
export function nameCases(port: number): EdgeCase[] {
  const name = (label: string) => `${label}.${DOMAIN}`;
  const withNames = ([sni, host]: [string, string], expected: Outcome, keys: Partial<EdgeCase> = {}): EdgeCase => ({
    ...{ host: 'admin', method: 'POST', path: halt, ...everything, ...keys },
    oddity: `SNI ${sni === '' ? 'none' : sni}, Host ${host}`,
    change: { sni, host },
    expected,
  });
  const noCertificate = { certificate: 'none' } as const;
  return [
    withNames([name('app'), name('admin')], 'misdirected', noCertificate),
    withNames([name('app'), name('admin')], 'misdirected'),
    withNames([name('app'), name('admin').toUpperCase()], 'misdirected', noCertificate),
    withNames([name('app'), `${name('admin')}.`], 'misdirected', noCertificate),
    withNames([name('app'), `${name('admin')}:${String(port)}`], 'misdirected', noCertificate),
    withNames([name('hooks'), name('admin')], 'misdirected', noCertificate),
    withNames([name('admin'), name('app')], 'misdirected', { host: 'app', path: '/pnl/status', method: 'GET' }),
    withNames([name('admin'), name('app')], 'no TLS', noCertificate),
    withNames([name('admin'), 'elsewhere.test'], 'unknown'),
    withNames([name('app'), 'elsewhere.test'], 'unknown', noCertificate),
    withNames([name('app'), DOMAIN], 'unknown', noCertificate),
    withNames([name('app'), '127.0.0.1'], 'unknown', noCertificate),
    withNames([name('app'), name('hooks')], 'unknown', noCertificate),
    withNames(['', name('admin')], 'no TLS'),
    withNames(['', name('app')], 'no TLS', noCertificate),
    withNames([DOMAIN, name('admin')], 'no TLS'),
    withNames(['elsewhere.test', name('admin')], 'no TLS'),
    withNames(['elsewhere.test', name('app')], 'no TLS', noCertificate),
    withNames([name('admin').toUpperCase(), name('admin')], 'open'),
    withNames([name('admin').toUpperCase(), name('admin')], 'no TLS', noCertificate),
  ];
}

const believed = { 'x-forwarded-user': 'owner@octant.test', 'x-auth-request-email': 'owner@octant.test' };
const forwarded = {
  'x-forwarded-host': `app.${DOMAIN}`,
  'x-forwarded-for': '127.0.0.1',
  'x-forwarded-uri': '/oauth2/static/x',
  'x-forwarded-method': 'OPTIONS',
  'x-real-ip': '127.0.0.1',
};

/** Headers that say who somebody is, where it comes from, or what it asks for. */
export function headerCases(): EdgeCase[] {
  const spoofed = (oddity: string, headers: Readonly<Record<string, string>>, rest: Partial<EdgeCase>): EdgeCase => ({
    ...{ host: 'app', method: 'GET', path: '/pnl/status', certificate: 'none', session: 'none', token: 'none' },
    ...{ scope: undefined, expected: 'sign in', oddity, change: { headers }, ...rest },
  });
  const certificate = {
    'x-forwarded-tls-client-cert': 'MIIB',
    'x-forwarded-tls-client-cert-info': 'Subject="CN=owner"',
  };
  const noSession = { host: 'admin', method: 'POST', path: halt, ...everything, session: 'none' } as const;
  return [
    spoofed('says who it is', believed, {}),
    spoofed('says who it is, Grafana’s way', { 'x-webauth-user': 'owner', 'remote-user': 'owner' }, {}),
    spoofed('says where it comes from', forwarded, {}),
    spoofed('asks for another method', { 'x-http-method-override': 'POST' }, {}),
    spoofed('asks for another path', { 'x-original-url': halt, 'x-rewrite-url': halt }, {}),
    spoofed('says who it is', believed, noSession),
    spoofed(
      'says which certificate it has',
      { ...believed, ...certificate },
      { ...noSession, certificate: 'none', expected: 'no TLS' },
    ),
    spoofed(
      'says which certificate it has',
      { ...believed, ...certificate },
      { ...noSession, session: "owner's", certificate: 'revoked', expected: 'certificate refused' },
    ),
    spoofed(
      'has it removed as a hop',
      { connection: 'close, X-Auth-Request-Email, X-Forwarded-Tls-Client-Cert' },
      { ...noSession, session: "owner's", certificate: 'revoked', expected: 'certificate refused' },
    ),
    spoofed('says it with underscores', { x_auth_request_email: 'owner@octant.test' }, { expected: 'bad request' }),
    spoofed('says it with dots', { 'x.forwarded.user': 'owner@octant.test' }, { expected: 'bad request' }),
    spoofed('has the token in the query', {}, { path: '/pnl/status?x_admin_token=1', expected: 'sign in' }),
    spoofed(
      'wants a body beyond the limit',
      { 'content-length': '1048577' },
      {
        method: 'POST',
        path: '/orchestrate/run',
        session: "owner's",
        expected: 'too large',
        change: { body: `"${'x'.repeat(1_048_576)}"` },
      },
    ),
  ];
}
