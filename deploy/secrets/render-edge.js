import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A setting of `.env`, or a client's id, that cannot be used. */
export class EdgeSettingError extends Error {}

const domainName = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;
const emailAddress = /^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+$/;
const providers = ['github', 'google', 'okta', 'oidc'];

/**
 * What Traefik and oauth2-proxy start with, by file name: the templates of `traefik/` and `oauth2-proxy/` with the settings
 * filled in. Neither program can read a client's id from a file, and Traefik's static file has no variables. No secret is in
 * them: the configuration names the files under /run/secrets.
 *
 * Without a client, or without anybody who may come in, the proxy gets a configuration that shows what to set and lets
 * nobody in; `missing` names what is not there.
 *
 * @throws EdgeSettingError naming the setting, what was expected and what it was.
 */
export function renderEdge({ env, templates, folder, client }) {
  const settings = readSettings(env);
  const missing = missingOf(settings, client);
  const base = readFileSync(join(templates, 'oauth2-proxy', 'oauth2-proxy.cfg'), 'utf8');
  const own = missing.length === 0 ? configured(settings, client) : notConfigured(settings);
  const common = [
    `trusted_proxy_ips = ["${settings.traefikIp}"]`,
    `authenticated_emails_file = "${join(folder, 'allowed-emails')}"`,
  ];
  const traefik = readFileSync(join(templates, 'traefik', 'traefik.yml'), 'utf8');
  return {
    missing,
    files: {
      'oauth2-proxy.cfg': `${base}\n${[...common, ...own].join('\n')}\n`,
      'allowed-emails': missing.length === 0 ? settings.emails.map((email) => `${email}\n`).join('') : '',
      'traefik.yml': traefik.replaceAll('${ACME_EMAIL}', settings.acmeEmail),
    },
  };
}

function readSettings(env) {
  const provider = env.OAUTH2_PROVIDER || 'github';
  check('OAUTH2_PROVIDER', provider, { is: providers.includes(provider), expected: `one of ${providers.join(', ')}` });
  const isOidc = provider === 'okta' || provider === 'oidc';
  const issuer = env.OAUTH2_OIDC_ISSUER_URL ?? '';
  if (isOidc) matches('OAUTH2_OIDC_ISSUER_URL', issuer, [/^https?:\/\/[\w.:/~-]+$/, "the issuer's address"]);
  const acmeEnv = env.ACME_ENV || 'off';
  check('ACME_ENV', acmeEnv, { is: ['off', 'staging', 'prod'].includes(acmeEnv), expected: 'off, staging or prod' });
  const acmeEmail = env.ACME_EMAIL ?? '';
  if (acmeEnv !== 'off' || acmeEmail !== '') matches('ACME_EMAIL', acmeEmail, [emailAddress, 'an address']);
  return {
    domain: matches('DOMAIN', env.DOMAIN ?? '', [domainName, 'a domain in lower case']),
    traefikIp: matches('TRAEFIK_IP', env.TRAEFIK_IP ?? '', [/^[\da-f.:]+$/i, "Traefik's address in the network edge"]),
    domains: wordsOf(env.OAUTH2_EMAIL_DOMAINS).map((domain) =>
      matches('OAUTH2_EMAIL_DOMAINS', domain, [domainName, 'domains in lower case (* would let everybody in)']),
    ),
    emails: wordsOf(env.OAUTH2_ALLOWED_EMAILS).map((email) =>
      matches('OAUTH2_ALLOWED_EMAILS', email, [emailAddress, 'addresses']),
    ),
    ...{ provider, isOidc, issuer, acmeEmail },
  };
}

function missingOf({ domains, emails }, { id, secret }) {
  return [
    ...(id === '' ? ['secrets/oauth2_client_id'] : []),
    ...(secret === '' ? ['secrets/oauth2_client_secret'] : []),
    ...(domains.length + emails.length === 0 ? ['OAUTH2_ALLOWED_EMAILS or OAUTH2_EMAIL_DOMAINS'] : []),
  ];
}

function configured({ provider, isOidc, issuer, domains, domain }, { id }) {
  matches('oauth2_client_id', id, [/^[\w.~@:/-]+$/, 'the id that the provider gave']);
  return [
    `client_id = "${id}"`,
    'client_secret_file = "/run/secrets/oauth2_client_secret"',
    'skip_provider_button = true',
    `whitelist_domains = ["app.${domain}:*", "admin.${domain}:*"]`,
    `email_domains = [${domains.map((name) => `"${name}"`).join(', ')}]`,
    ...(isOidc
      ? [
          'provider = "oidc"',
          `oidc_issuer_url = "${issuer}"`,
          'insecure_oidc_skip_nonce = false',
          'scope = "openid email"',
        ]
      : [`provider = "${provider}"`]),
  ];
}

/** The provider is the page itself, and codes can be redeemed nowhere. */
function notConfigured({ domain }) {
  return [
    'client_id = "not-set"',
    'client_secret = "not-set"',
    'email_domains = []',
    'provider = "github"',
    `login_url = "https://app.${domain}/"`,
    'redeem_url = "http://127.0.0.1:9/"',
    'validate_url = "http://127.0.0.1:9/"',
    'skip_provider_button = false',
    'custom_templates_dir = "/etc/oauth2-proxy/not-configured"',
  ];
}

function wordsOf(list = '') {
  return list
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

function matches(name, value, [pattern, expected]) {
  check(name, value, { is: pattern.test(value), expected });
  return value;
}

function check(name, value, { is, expected }) {
  if (!is)
    throw new EdgeSettingError(
      `${name}: expected ${expected}, was ${value === '' ? 'nothing' : JSON.stringify(value)}`,
    );
}
