import { describe, expect, test } from 'vitest';
import { renderEdge } from '../../deploy/secrets/render-edge.js';
import { root } from './support/local-configuration.js';

const env = { DOMAIN: 'octant.test', TRAEFIK_IP: '10.231.77.2', OAUTH2_ALLOWED_EMAILS: 'a@octant.test, b@octant.test' };
const client = { id: 'client-1', secret: 's3cret' };
const render = (more: Readonly<Record<string, string>> = {}, given = client) =>
  renderEdge({ env: { ...env, ...more }, templates: root, folder: '/rendered', client: given });
const lines = (more?: Readonly<Record<string, string>>, given?: typeof client) =>
  (render(more, given).files['oauth2-proxy.cfg'] ?? '').split('\n');

describe('the sign-in proxy', () => {
  test('gets the client, who may come in, and whom to believe', () => {
    expect(render().missing).toEqual([]);
    expect(lines()).toEqual(
      expect.arrayContaining([
        'client_id = "client-1"',
        'client_secret_file = "/run/secrets/oauth2_client_secret"',
        'cookie_secret_file = "/run/secrets/oauth2_cookie_secret"',
        'trusted_proxy_ips = ["10.231.77.2"]',
        'provider = "github"',
        'email_domains = []',
        'cookie_name = "__Host-octant"',
        'cookie_csrf_per_request = true',
        'reverse_proxy = true',
        'skip_provider_button = true',
      ]),
    );
    expect(render().files['allowed-emails']).toBe('a@octant.test\nb@octant.test\n');
  });

  test('lets no request pass without a session', () => {
    expect(lines().filter((line) => /skip_auth|trusted_ips|skip_jwt|htpasswd/.test(line))).toEqual([]);
  });

  test('goes to the issuer for Okta and other OpenID providers', () => {
    const more = { OAUTH2_PROVIDER: 'okta', OAUTH2_OIDC_ISSUER_URL: 'https://x.okta.com/oauth2/default' };
    expect(lines(more)).toEqual(
      expect.arrayContaining([
        'provider = "oidc"',
        'oidc_issuer_url = "https://x.okta.com/oauth2/default"',
        'insecure_oidc_skip_nonce = false',
      ]),
    );
  });

  test.each([
    { what: 'an id', more: {}, given: { ...client, id: '' }, missing: ['secrets/oauth2_client_id'] },
    { what: 'a secret', more: {}, given: { ...client, secret: '' }, missing: ['secrets/oauth2_client_secret'] },
    {
      what: 'anybody',
      more: { OAUTH2_ALLOWED_EMAILS: '' },
      given: client,
      missing: ['OAUTH2_ALLOWED_EMAILS or OAUTH2_EMAIL_DOMAINS'],
    },
  ])('shows what to set, and lets nobody in, without $what', ({ more, given, missing }) => {
    expect(render(more, given).missing).toEqual(missing);
    expect(render(more, given).files['allowed-emails']).toBe('');
    expect(lines(more, given)).toEqual(
      expect.arrayContaining(['client_id = "not-set"', 'email_domains = []', 'redeem_url = "http://127.0.0.1:9/"']),
    );
  });

  test('never has a secret in its configuration', () => {
    expect(Object.values(render().files).join('')).not.toContain(client.secret);
  });
});

describe('a setting', () => {
  test.each([
    [{ DOMAIN: '' }, 'DOMAIN: expected a domain in lower case, was nothing'],
    [{ DOMAIN: 'a"\nb' }, 'DOMAIN: expected a domain in lower case, was "a\\"\\nb"'],
    [{ OAUTH2_PROVIDER: 'gitlab' }, 'OAUTH2_PROVIDER: expected one of github, google, okta, oidc, was "gitlab"'],
    [{ OAUTH2_PROVIDER: 'oidc' }, "OAUTH2_OIDC_ISSUER_URL: expected the issuer's address, was nothing"],
    [
      { OAUTH2_EMAIL_DOMAINS: '*' },
      'OAUTH2_EMAIL_DOMAINS: expected domains in lower case (* would let everybody in), was "*"',
    ],
    [{ OAUTH2_ALLOWED_EMAILS: 'jane' }, 'OAUTH2_ALLOWED_EMAILS: expected addresses, was "jane"'],
    [{ ACME_ENV: 'on' }, 'ACME_ENV: expected off, staging or prod, was "on"'],
    [{ ACME_ENV: 'prod' }, 'ACME_EMAIL: expected an address, was nothing'],
  ])('that cannot be used is named: %o', (more, message) => {
    expect(() => render(more)).toThrow(message);
  });
});

test('Traefik registers with the given address', () => {
  const text = render({ ACME_ENV: 'prod', ACME_EMAIL: 'ops@octant.test' }).files['traefik.yml'] ?? '';
  expect(text.match(/email: 'ops@octant\.test'/g)).toHaveLength(2);
  expect(text).not.toContain("email: '${");
});
