import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../../../scripts/launcher/src/servers/free-port.js';
import { TestFleet } from '../../support/test-fleet.js';
import { EdgePair, freeEdgePorts, type PairOptions } from './edge-pair.js';
import type { ClientCertificate, EdgeRequest } from './edge-request.js';
import { startIdentityProvider, type IdentityProvider } from './identity-provider.js';
import { TestCertificates } from './test-certificates.js';

export const DOMAIN = 'octant.test';
export const OWNER = 'owner@octant.test';
export const COLLEAGUE = 'colleague@octant.test';
/** Was allowed to sign in once, and is no longer. */
export const STRANGER = 'stranger@octant.test';

/** Everything behind one edge: eight agents, an identity provider, certificates, Traefik and oauth2-proxy. */
export class EdgeStand {
  readonly fleet: TestFleet;
  readonly provider: IdentityProvider;
  readonly certificates: TestCertificates;
  readonly otherCertificates: TestCertificates;
  readonly signingKey: string;
  readonly pair: EdgePair;
  readonly #folder: string;
  readonly #options: PairOptions;

  private constructor(parts: {
    folder: string;
    fleet: TestFleet;
    provider: IdentityProvider;
    pair: EdgePair;
    options: PairOptions;
    signingKey: string;
    certificates: { own: TestCertificates; other: TestCertificates };
  }) {
    this.#folder = parts.folder;
    this.fleet = parts.fleet;
    this.provider = parts.provider;
    this.pair = parts.pair;
    this.#options = parts.options;
    this.signingKey = parts.signingKey;
    this.certificates = parts.certificates.own;
    this.otherCertificates = parts.certificates.other;
  }

  static async start(): Promise<EdgeStand> {
    const folder = mkdtempSync(join(tmpdir(), 'octant-edge-stand-'));
    const certificates = makeCertificates(folder);
    const signingKey = randomBytes(32).toString('hex');
    const ports = await freeEdgePorts();
    const hosts = ['app', 'admin'].map((host) => `https://${host}.${DOMAIN}:${String(ports.websecure)}`);
    const redirects = hosts.map((host) => `${host}/oauth2/callback`);
    const provider = await startIdentityProvider(await findFreePort(), redirects);
    const fleet = await TestFleet.start(
      'edge',
      {},
      { EDGE_TRUST_DIR: join(certificates.own.folder, 'trust'), TOKEN_SIGNING_KEY: signingKey },
    );
    const options: PairOptions = {
      certificates: certificates.own.folder,
      secrets: writeSecrets(join(folder, 'secrets'), provider),
      ports,
      agentUrl: (agent) => fleet.url(agent),
      environment: {
        DOMAIN,
        ACME_ENV: 'off',
        TRAEFIK_IP: '127.0.0.1',
        ADMIN_ALLOWED_IPS: '127.0.0.0/9, 10.99.0.0/16',
        OAUTH2_PROVIDER: 'oidc',
        OAUTH2_OIDC_ISSUER_URL: provider.issuer,
        OAUTH2_ALLOWED_EMAILS: [OWNER, COLLEAGUE, STRANGER].join(','),
      },
    };
    const pair = await EdgePair.start(options);
    return new EdgeStand({ folder, fleet, provider, pair, options, signingKey, certificates });
  }

  /** The stranger may come in no longer; the proxy reads the list again by itself. */
  dismissStranger(): void {
    writeFileSync(join(this.pair.folder, 'allowed-emails'), `${OWNER}\n${COLLEAGUE}\n`);
  }

  /** The same agents behind an edge whose sign-in nobody has set up. */
  async startUnconfigured(): Promise<EdgePair> {
    const secrets = writeSecrets(join(this.#folder, 'no-secrets'), undefined);
    const { OAUTH2_OIDC_ISSUER_URL: _issuer, OAUTH2_PROVIDER: _provider, ...environment } = this.#options.environment;
    return EdgePair.start({ ...this.#options, secrets, environment, ports: await freeEdgePorts() });
  }

  /** What all requests of this stand have in common. */
  request(name: 'app' | 'admin' | 'hooks', asked: Partial<EdgeRequest> & { readonly path: string }): EdgeRequest {
    const { websecure } = this.pair.ports;
    const host = `${name}.${DOMAIN}`;
    const ca = this.certificates.authority;
    return { port: websecure, ca, sni: host, host: `${host}:${String(websecure)}`, method: 'GET', ...asked };
  }

  client(name: string): ClientCertificate {
    return this.certificates.client(name);
  }

  async stop(): Promise<void> {
    await this.pair.stop();
    await this.fleet.stop();
    await this.provider.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function makeCertificates(folder: string): { own: TestCertificates; other: TestCertificates } {
  const own = new TestCertificates(join(folder, 'certs'));
  own.run('init', '--domain', DOMAIN);
  own.run('issue', 'owner', '--email', OWNER);
  own.run('issue', 'anybody');
  own.run('issue', 'former');
  own.run('revoke', 'former');
  own.expiredClient('expired');
  const other = new TestCertificates(join(folder, 'other-certs'));
  other.run('init', '--domain', DOMAIN);
  other.run('issue', 'owner', '--email', OWNER);
  return { own, other };
}

function writeSecrets(folder: string, provider: IdentityProvider | undefined): string {
  mkdirSync(folder, { recursive: true });
  const secrets = {
    oauth2_client_id: provider?.clientId ?? '',
    oauth2_client_secret: provider?.clientSecret ?? '',
    oauth2_cookie_secret: randomBytes(16).toString('hex'),
  };
  for (const [name, value] of Object.entries(secrets)) writeFileSync(join(folder, name), value, { mode: 0o600 });
  return folder;
}
