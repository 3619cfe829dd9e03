import { AGENTS } from '../../../scripts/launcher/src/fleet/agents.js';
import { deskOperations, isAdmin, startedFromOutside, type DeskOperation } from './desk-operations.js';
import { sessionKinds, tokenKinds, type EdgeCase, type SessionKind, type TokenKind } from './edge-case.js';
import type { Outcome } from './outcome.js';

const everything = { certificate: "owner's", session: "owner's", token: 'the secret' } as const;

function bySession(session: SessionKind): Outcome | undefined {
  if (session === 'none' || session === 'forged') return 'sign in';
  return session === "stranger's" ? 'person refused' : undefined;
}

function expectedOf(operation: DeskOperation, session: SessionKind, token: TokenKind): Outcome {
  const isRead = operation.method === 'get';
  if (isAdmin(operation) || (!isRead && !startedFromOutside.has(operation.path))) return 'unknown';
  const refused = bySession(session);
  if (refused !== undefined || isRead) return refused ?? 'open';
  // The admin's secret is taken in place of the agents' token; a signed one is for admin routes alone.
  return token === "the agents'" || token === 'the secret' ? 'open' : 'token refused';
}

/** Every operation of every agent at the app host, with every session and token. */
export function operationCases(extent: 'all' | 'some'): EdgeCase[] {
  const sessions = extent === 'all' ? sessionKinds : (['none', "stranger's", "owner's"] as const);
  const tokens = extent === 'all' ? tokenKinds : (['none', 'signed', 'the secret'] as const);
  return deskOperations().flatMap((operation) =>
    sessions.flatMap((session) =>
      tokens.map((token): EdgeCase => ({
        ...{ host: 'app', method: operation.method.toUpperCase(), path: operation.url, oddity: '' },
        ...{ certificate: 'none', session, token, scope: operation.adminScope },
        expected: expectedOf(operation, session, token),
      })),
    ),
  );
}

/** The pages that every agent has, and those that it has for the network inside only. */
export function pageCases(): EdgeCase[] {
  const page = (path: string, session: SessionKind, expected: Outcome): EdgeCase => ({
    ...{ host: 'app', method: 'GET', path, oddity: '', certificate: 'none', session, token: 'none', scope: undefined },
    expected,
  });
  const pages = AGENTS.flatMap((agent) =>
    ['health', 'livez', 'metrics', 'openapi.yaml', 'docs/'].flatMap((name) => [
      page(`/agents/${agent}/${name}`, 'none', 'sign in'),
      page(`/agents/${agent}/${name}`, "owner's", 'open'),
    ]),
  );
  const inside = [
    '/health',
    '/livez',
    '/metrics',
    '/docs/',
    '/openapi.yaml',
    '/edge/admin-gate',
    '/ping',
    '/api/rawdata',
  ];
  return [
    ...pages,
    page('/', 'none', 'sign in'),
    page('/', "owner's", 'open'),
    ...inside.map((path) => page(path, "owner's", 'unknown')),
  ];
}

/** Methods that nothing is made for, on paths that exist, and every admin route where it must not exist. */
export function closedCases(): EdgeCase[] {
  const closed = (host: EdgeCase['host'], method: string, path: string): EdgeCase => ({
    ...{ host, method, path, oddity: '', scope: undefined, ...everything },
    expected: 'unknown',
  });
  const methods = ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'];
  const admin = deskOperations().filter(isAdmin);
  return [
    ...methods.map((method) => closed('app', method, '/pnl/status')),
    ...methods.map((method) => closed('hooks', method, '/slack/interactions')),
    ...admin.map(({ method, url }) => closed('hooks', method.toUpperCase(), url)),
    ...admin.map(({ method, url }) => closed('app', method.toUpperCase(), `${url}/`)),
    closed('hooks', 'GET', '/'),
    closed('hooks', 'GET', '/pnl/status'),
    closed('hooks', 'POST', '/slack/interactions'),
    closed('admin', 'GET', '/'),
    closed('admin', 'GET', '/pnl/status'),
    closed('admin', 'GET', '/edge/admin-gate'),
    closed('admin', 'POST', '/admin/nobody'),
    closed('admin', 'GET', '/admin'),
  ];
}
