import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseYaml } from '@octant/platform/config/parse-yaml';
import { describe, expect, test } from 'vitest';
import { part } from '../support/agent-desk.js';
import { deskOperations, isAdmin } from './support/desk-operations.js';
import { root } from './support/local-configuration.js';
import { readDynamic, type Router } from './support/traefik-files.js';

const off = readDynamic({ DOMAIN: 'octant.test', ADMIN_ALLOWED_IPS: '192.0.2.7, 2001:db8::/64' });
const prod = readDynamic({ DOMAIN: 'octant.test', ACME_ENV: 'prod' });
const fixed = parseYaml(readFileSync(join(root, 'traefik', 'traefik.yml'), 'utf8'), 'traefik.yml');
const secure = off.routers.filter(({ entryPoints }) => entryPoints.includes('websecure'));
const hostOf = ({ rule }: Router) => /^Host\(`([^`]+)`\)/.exec(rule)?.[1];
const of = (host: string) => secure.filter((router) => hostOf(router) === `${host}.octant.test`);
/** Middlewares with chains unfolded. */
const flat = (names: readonly string[]): string[] =>
  names.flatMap((name) => {
    const inner = part(off.middlewares[name], 'chain', 'middlewares') as readonly string[] | undefined;
    return inner === undefined ? [name] : flat(inner);
  });

describe('a router', () => {
  test.each(off.routers.map((router) => [router.name, router] as const))(
    '%s strips identity first',
    (_name, router) => {
      expect(router.middlewares[0]).toBe('strip-identity');
    },
  );

  test('names middlewares and services that there are, and one host', () => {
    const names = off.routers.flatMap(({ middlewares }) => flat(middlewares));
    expect(names.filter((name) => off.middlewares[name] === undefined)).toEqual([]);
    const services = off.routers.map(({ service }) => service).filter((name) => name !== 'noop@internal');
    expect(services.filter((name) => off.services[name] === undefined)).toEqual([]);
    const hosts = new Set(secure.map(hostOf));
    expect([...hosts].sort()).toEqual(['admin.octant.test', 'app.octant.test', 'hooks.octant.test']);
    expect(secure.filter(({ rule }) => (rule.match(/Host/g) ?? []).length !== 1)).toEqual([]);
  });

  test('has the TLS of its host: a client certificate for admin, none for the public ones', () => {
    const options = secure.map((router) => [hostOf(router)?.split('.')[0], router.tls?.options]);
    expect(new Set(options.map((pair) => pair.join(' ')))).toEqual(
      new Set(['app public', 'admin default', 'hooks public']),
    );
  });
});

describe('TLS', () => {
  test('asks for a client certificate of our authority where nobody says otherwise', () => {
    expect(off.tls.options['default']).toMatchObject({
      minVersion: 'VersionTLS12',
      sniStrict: true,
      clientAuth: { caFiles: ['/certs/trust/ca.crt'], clientAuthType: 'RequireAndVerifyClientCert' },
    });
    expect(off.tls.options['public']).toMatchObject({ minVersion: 'VersionTLS12', sniStrict: true });
    expect(Object.keys(off.tls.options).sort()).toEqual(['default', 'public']);
  });

  test('uses the self-made certificate or that of Let’s Encrypt, never both', () => {
    const resolvers = (routers: readonly Router[]) => [...new Set(routers.map(({ tls }) => tls?.certResolver))];
    expect([off.tls.certificates?.length, resolvers(secure)]).toEqual([1, ['']]);
    expect(prod.tls.certificates).toBeUndefined();
    expect(resolvers(prod.routers.filter(({ tls }) => tls !== undefined))).toEqual(['prod']);
    expect(Object.keys(part(fixed, 'certificatesResolvers') as object).sort()).toEqual(['prod', 'staging']);
  });
});

describe('the entry points', () => {
  const names = ['web', 'websecure', 'ping', 'metrics'];
  test.each(names)('%s believes no forwarded header, and takes neither aliases nor encoded characters', (name) => {
    const entryPoint = part(fixed, 'entryPoints', name);
    expect(part(entryPoint, 'forwardedHeaders')).toBeUndefined();
    expect(part(entryPoint, 'http3')).toBeUndefined();
    expect(part(entryPoint, 'http', 'aliasHeadersStrategy')).toBe('reject');
    const encoded = part(entryPoint, 'http', 'encodedCharacters') as Record<string, boolean>;
    expect([Object.keys(encoded).length, Object.values(encoded).some(Boolean)]).toEqual([7, false]);
  });

  test('are these four, and there is no dashboard', () => {
    expect(Object.keys(part(fixed, 'entryPoints') as object)).toEqual(names);
    expect(part(fixed, 'api')).toBeUndefined();
  });

  test('of plain HTTP leads to HTTPS only', () => {
    const plain = off.routers.filter(({ entryPoints }) => entryPoints.includes('web'));
    expect(plain.map(({ middlewares, service }) => [middlewares, service])).toEqual([
      [['strip-identity', 'to-https'], 'noop@internal'],
    ]);
  });
});

describe('the app host', () => {
  test('leads to agents only behind the sign-in, and to no admin path', () => {
    const agents = of('app').filter(({ service }) => !['noop@internal', 'oauth2-proxy'].includes(service));
    expect(agents.filter(({ middlewares }) => !flat(middlewares).includes('sign-in'))).toEqual([]);
    expect(agents.filter(({ rule }) => /admin|edge/.test(rule))).toEqual([]);
    const [closed] = of('app').filter(({ name }) => name === 'app-no-admin');
    const highest = Math.max(...of('app').map(({ priority }) => priority ?? 0));
    expect([closed?.middlewares, closed?.priority]).toEqual([['strip-identity', 'not-found'], highest]);
  });

  test('has rates and body limits of its own for sign-in and API', () => {
    for (const router of of('app').filter(({ service }) => service !== 'noop@internal')) {
      const names = flat(router.middlewares);
      expect(names).toContain(router.service === 'oauth2-proxy' ? 'login-rate' : 'api-rate');
      expect(names).toContain(router.service === 'oauth2-proxy' ? 'small-body' : 'api-body');
      expect(names).toContain('security-headers');
    }
  });
});

describe('the admin host', () => {
  test('has a route, and the gate of the agent that serves it, for every admin operation', () => {
    for (const { agent, url } of deskOperations().filter(isAdmin)) {
      const matching = of('admin').filter(({ rule }) => {
        const [, pattern] = /PathRegexp\(`([^`]+)`\)/.exec(rule) ?? [];
        return pattern !== undefined && new RegExp(pattern).test(url);
      });
      expect(matching.map(({ service, middlewares }) => [service, flat(middlewares)])).toEqual([
        [
          agent,
          [
            ...['strip-identity', 'admin-addresses', 'admin-rate', 'security-headers', 'api-body', 'sign-in'],
            ...['client-certificate', `gate-${agent}`, 'drop-session'],
          ],
        ],
      ]);
    }
  });

  test('is there for allowed addresses only, before anything else is asked', () => {
    for (const router of of('admin')) expect(flat(router.middlewares)[1]).toBe('admin-addresses');
    expect(part(off.middlewares['admin-addresses'], 'ipAllowList')).toEqual({
      sourceRange: ['192.0.2.7', '2001:db8::/64'],
      rejectStatusCode: 404,
    });
    expect(part(prod.middlewares['admin-addresses'], 'ipAllowList', 'sourceRange')).toEqual(['127.0.0.1/32']);
  });

  test('asks gates that get the certificate and the address, and answer with a name', () => {
    const gates = Object.entries(off.middlewares).filter(([name]) => name.startsWith('gate-'));
    for (const [name, gate] of gates) {
      expect(gate).toEqual({
        forwardAuth: {
          address: `http://${name.slice('gate-'.length)}:7000/edge/admin-gate`,
          trustForwardHeader: true,
          maxResponseBodySize: 65_536,
          authRequestHeaders: ['X-Auth-Request-Email', 'X-Forwarded-Tls-Client-Cert'],
          authResponseHeaders: ['X-Forwarded-User'],
        },
      });
    }
    expect(gates).toHaveLength(3);
  });
});

describe('the hooks host', () => {
  test('answers 404 to all, as long as no agent has a callback', () => {
    expect(deskOperations().filter(({ path }) => /^\/(hooks|slack)\b/.test(path))).toEqual([]);
    expect(of('hooks').map(({ service, middlewares }) => [service, middlewares.at(-1)])).toEqual([
      ['noop@internal', 'not-found'],
    ]);
  });
});

describe('the sign-in', () => {
  test('gets no token to see, and is trusted with nothing that a client says', () => {
    expect(part(off.middlewares['sign-in'], 'forwardAuth')).toEqual({
      address: 'http://oauth2-proxy:4180/',
      trustForwardHeader: false,
      maxResponseBodySize: 262_144,
      authRequestHeaders: ['Accept', 'Cookie', 'User-Agent'],
      authResponseHeaders: ['X-Auth-Request-User', 'X-Auth-Request-Email'],
    });
  });

  test('is stripped of whatever could pass for its word', () => {
    const stripped = part(off.middlewares['strip-identity'], 'headers', 'customRequestHeaders') as Record<
      string,
      string
    >;
    expect(Object.values(stripped).filter((value) => value !== '')).toEqual([]);
    const names = ['X-Forwarded-User', 'X-Forwarded-Email', 'X-Forwarded-Groups', 'X-Auth-Request-User', 'Remote-User'];
    const more = ['X-Auth-Request-Email', 'X-WEBAUTH-USER', 'X-Forwarded-Tls-Client-Cert', 'X-Calling-Agent'];
    expect([...names, ...more].filter((name) => stripped[name] === undefined)).toEqual([]);
  });
});

test('the access log is JSON, without headers and queries', () => {
  expect(part(fixed, 'accessLog')).toEqual({
    format: 'json',
    fields: {
      defaultMode: 'keep',
      queryParameters: { defaultMode: 'drop' },
      headers: { defaultMode: 'drop', names: { 'X-Request-Id': 'keep' } },
    },
  });
});

test('every admin operation names the scope of a signed token', () => {
  expect(deskOperations().filter((operation) => isAdmin(operation) && operation.adminScope === undefined)).toEqual([]);
});
