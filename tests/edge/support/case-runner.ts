import { randomUUID } from 'node:crypto';
import { signedTokenTerms } from '@octant/platform/auth/signed-admin-tokens';
import { SignJWT } from 'jose';
import { ADMIN_TOKEN, SERVICE_TOKEN } from '../../support/agent-desk.js';
import { deskOperations } from './desk-operations.js';
import type { CertificateKind, EdgeCase, SessionKind, TokenKind } from './edge-case.js';
import { askEdge, type ClientCertificate } from './edge-request.js';
import { COLLEAGUE, DOMAIN, OWNER, STRANGER, type EdgeStand } from './edge-stand.js';
import { outcomeOf, type Outcome } from './outcome.js';
import { signInByHttp } from './sign-in.js';

const AT_ONCE = 6;

export interface CaseResult {
  readonly asked: EdgeCase;
  readonly got: Outcome;
}

type Cookies = Readonly<Record<SessionKind, string>>;

/** Asks the edge with real sessions, certificates and tokens. */
export class CaseRunner {
  readonly #stand: EdgeStand;
  readonly #cookies: Readonly<Record<'app' | 'admin', Cookies>>;
  #address = 0;

  private constructor(stand: EdgeStand, cookies: Readonly<Record<'app' | 'admin', Cookies>>) {
    this.#stand = stand;
    this.#cookies = cookies;
  }

  /** Signs all persons in at both hosts; afterwards the stranger is dismissed. */
  static async open(stand: EdgeStand): Promise<CaseRunner> {
    const cookiesOf = async (host: 'app' | 'admin'): Promise<Cookies> => {
      const at = (email: string) => signIn(stand, host, email);
      const owner = await at(OWNER);
      const forged = owner.replace(
        /=(.{40})(.)/,
        (_all, before: string, one: string) => `=${before}${one === 'A' ? 'B' : 'A'}`,
      );
      const others = { "colleague's": await at(COLLEAGUE), "stranger's": await at(STRANGER) };
      return { none: '', forged, ...others, "owner's": owner };
    };
    const runner = new CaseRunner(stand, { app: await cookiesOf('app'), admin: await cookiesOf('admin') });
    stand.dismissStranger();
    await runner.#awaitDismissal();
    return runner;
  }

  cookie(host: 'app' | 'admin', session: SessionKind): string {
    return this.#cookies[host][session];
  }

  async run(cases: readonly EdgeCase[]): Promise<CaseResult[]> {
    const results: CaseResult[] = [];
    const waiting = [...cases.entries()];
    const work = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [index, asked] = next;
        results[index] = { asked, got: await this.#ask(asked) };
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return results;
  }

  /** A new address of the loopback network, so that no rate limit is met that is not asked for. */
  nextAddress(): string {
    this.#address += 1;
    return `127.1.${String(Math.floor(this.#address / 250) % 250)}.${String((this.#address % 250) + 1)}`;
  }

  certificate(kind: CertificateKind): ClientCertificate | undefined {
    const { certificates, otherCertificates } = this.#stand;
    if (kind === 'none') return undefined;
    if (kind === "another authority's") return otherCertificates.client('owner');
    const names = { expired: 'expired', revoked: 'former', "anybody's": 'anybody', "owner's": 'owner' };
    return certificates.client(names[kind]);
  }

  /** Undefined: no token is sent. */
  async token(kind: TokenKind, scope = 'desk:halt'): Promise<string | undefined> {
    const nowSeconds = Math.floor(Date.now() / 1000);
    if (kind === 'none') return undefined;
    if (kind === 'wrong') return 'not-the-token';
    if (kind === "the agents'") return SERVICE_TOKEN;
    if (kind === 'the secret') return ADMIN_TOKEN;
    if (kind === 'expired') return this.#sign(scope, nowSeconds - 600);
    return this.#sign(kind === 'of another scope' ? 'nobody:nothing' : scope, nowSeconds);
  }

  async #ask(asked: EdgeCase): Promise<Outcome> {
    const { host, method, path, session, change } = asked;
    const token = await this.token(asked.token, asked.scope);
    const headers: Record<string, string> = {
      accept: 'text/html',
      cookie: host === 'hooks' ? this.cookie('app', session) : this.cookie(host, session),
      ...(token === undefined ? {} : { [path.includes('admin') ? 'x-admin-token' : 'x-service-token']: token }),
      ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
      ...change?.headers,
    };
    if (asked.token === 'replayed') await this.#useUp(asked, token ?? '');
    const certificate = this.certificate(asked.certificate);
    const body = method === 'GET' ? {} : { body: '{}' };
    const request = { method, path, certificate, from: this.nextAddress(), ...body, ...change, headers };
    return outcomeOf(await askEdge(this.#stand.request(host, request)));
  }

  /** Straight at the agent, as a caller inside the network would. */
  async #useUp({ method, path, scope }: EdgeCase, token: string): Promise<void> {
    const operation = deskOperations().find(({ url, adminScope }) => url === path && adminScope === scope);
    if (operation?.adminScope === undefined) return;
    const init = method === 'GET' ? {} : { body: '{}' };
    const headers = { 'x-admin-token': token, 'content-type': 'application/json' };
    const answer = await fetch(this.#stand.fleet.url(operation.agent) + path, { method, headers, ...init });
    if (answer.status === 401) throw new Error(`${method} ${path}: expected a fresh token to be taken, was 401`);
  }

  #sign(scope: string, atSeconds: number): Promise<string> {
    return new SignJWT({ scope })
      .setProtectedHeader({ alg: signedTokenTerms.algorithm, typ: signedTokenTerms.type })
      .setIssuer(signedTokenTerms.issuer)
      .setAudience(signedTokenTerms.audience)
      .setSubject('owner')
      .setJti(randomUUID())
      .setIssuedAt(atSeconds)
      .setExpirationTime(atSeconds + 300)
      .sign(new TextEncoder().encode(this.#stand.signingKey));
  }

  async #awaitDismissal(): Promise<void> {
    const cookie = this.cookie('app', "stranger's");
    await this.#stand.pair.oauth2Proxy.awaitReady(async () => {
      const request = this.#stand.request('app', {
        path: '/pnl/status',
        headers: { cookie },
        from: this.nextAddress(),
      });
      if (outcomeOf(await askEdge(request)) === 'open') throw new Error('the stranger is still let in');
    });
  }
}

async function signIn(stand: EdgeStand, host: 'app' | 'admin', email: string): Promise<string> {
  const path = host === 'app' ? '/pnl/status' : '/admin/streams/pending?stream=market.candles&group=exec';
  const certificate = host === 'app' ? undefined : stand.client('anybody');
  const { websecure: port } = stand.pair.ports;
  const ca = stand.certificates.authority;
  const { cookie, status, finalPath } = await signInByHttp({
    port,
    ca,
    host: `${host}.${DOMAIN}`,
    email,
    path,
    certificate,
  });
  if (cookie === '') throw new Error(`${email} at ${host}: expected a session, was ${String(status)} at ${finalPath}`);
  return cookie;
}
