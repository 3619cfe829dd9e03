import type { IncomingHttpHeaders } from 'node:http';
import type { Secret } from '../config/secret.js';
import { AppError } from '../errors/errors.js';
import type { Identity } from '../http/operation.js';
import { looksSigned, type SignedAdminTokens, type SignedTokenFault } from './signed-admin-tokens.js';
import { tokenMatcher } from './token-match.js';

/** Security schemes of the OpenAPI files. */
export type AuthScheme = 'adminToken' | 'serviceToken';

export const adminTokenHeader = 'x-admin-token';
export const serviceTokenHeader = 'x-service-token';
/** Name of the calling agent, sent beside the service token. */
export const callerHeader = 'x-calling-agent';
/** The signed-in user, as the edge puts it: past the admin gate, or the sign-in proxy alone. Believed only beside a valid token. */
const edgeUserHeaders = ['x-forwarded-user', 'x-auth-request-email'];

export interface AuthFailure {
  readonly scheme: AuthScheme;
  readonly reason: 'missing' | 'not_configured' | SignedTokenFault;
}

export interface AuthenticatorOptions {
  /** Not configured: admin routes are closed. */
  readonly adminToken: Secret | undefined;
  /** Not configured: service routes take an admin token only. */
  readonly serviceToken: Secret | undefined;
  /** Left out: the admin token itself is the only one that opens admin routes. */
  readonly signedTokens?: SignedAdminTokens | undefined;
  readonly onFailure: (failure: AuthFailure) => void;
}

/** Decides who calls, from the tokens in the headers. */
export class Authenticator {
  readonly #isAdmin: ((presented: string) => boolean) | undefined;
  readonly #isService: ((presented: string) => boolean) | undefined;
  readonly #signedTokens: SignedAdminTokens | undefined;
  readonly #onFailure: AuthenticatorOptions['onFailure'];

  constructor({ adminToken, serviceToken, signedTokens, onFailure }: AuthenticatorOptions) {
    this.#isAdmin = adminToken === undefined ? undefined : tokenMatcher(adminToken);
    this.#isService = serviceToken === undefined ? undefined : tokenMatcher(serviceToken);
    this.#signedTokens = signedTokens;
    this.#onFailure = onFailure;
  }

  /** Who calls, by whatever valid token is there; `anonymous` without one. An admin token is taken in the service header too. */
  identify(headers: IncomingHttpHeaders): Identity {
    const admin = textOf(headers[adminTokenHeader]);
    const service = textOf(headers[serviceTokenHeader]);
    if (this.#matches(this.#isAdmin, admin) || this.#matches(this.#isAdmin, service)) {
      return { kind: 'admin', name: edgeUserOf(headers) ?? 'admin' };
    }
    if (this.#matches(this.#isService, service)) {
      const name = edgeUserOf(headers) ?? nameOf(headers[callerHeader]) ?? 'service';
      return { kind: 'service', name };
    }
    return { kind: 'anonymous', name: 'anonymous' };
  }

  /** @throws AppError `unauthorized` (401) when the caller is not who the scheme asks for. */
  require(scheme: AuthScheme, headers: IncomingHttpHeaders): Identity {
    const identity = this.identify(headers);
    // In the service header an admin token opens service routes; admin routes want it in its own.
    const adminHeader = this.#matches(this.#isAdmin, textOf(headers[adminTokenHeader]));
    if (scheme === 'adminToken' ? adminHeader : identity.kind !== 'anonymous') return identity;
    const header = scheme === 'adminToken' ? adminTokenHeader : serviceTokenHeader;
    const configured = scheme === 'adminToken' ? this.#isAdmin : (this.#isService ?? this.#isAdmin);
    const presented = textOf(headers[header]);
    const reason = configured === undefined ? 'not_configured' : presented === undefined ? 'missing' : 'wrong';
    this.#onFailure({ scheme, reason });
    const name = scheme === 'adminToken' ? 'X-Admin-Token' : 'X-Service-Token';
    throw new AppError(`expected a valid ${name} header, was ${presented === undefined ? 'none' : 'a wrong one'}`, {
      code: 'unauthorized',
      status: 401,
    });
  }

  /**
   * The same, and for admin routes a signed token too, which must name the route's scope and is used up by this call. A
   * route without a scope takes the admin token itself only.
   * @throws AppError `unauthorized` (401), `insufficient_scope` (403); TransientError `redis_unavailable`.
   */
  async admit(
    { scheme, adminScope }: { readonly scheme: AuthScheme; readonly adminScope: string | undefined },
    headers: IncomingHttpHeaders,
  ): Promise<Identity> {
    const presented = textOf(headers[adminTokenHeader]);
    const isSigned = presented !== undefined && looksSigned(presented) && !this.#matches(this.#isAdmin, presented);
    if (scheme !== 'adminToken' || !isSigned || this.#signedTokens === undefined || adminScope === undefined) {
      return this.require(scheme, headers);
    }
    const verdict = await this.#signedTokens.judge(presented, adminScope);
    if ('name' in verdict) return { kind: 'admin', name: edgeUserOf(headers) ?? verdict.name };
    this.#onFailure({ scheme, reason: verdict.fault });
    throw signedTokenRefusal(verdict.fault, adminScope);
  }

  #matches(matcher: ((presented: string) => boolean) | undefined, presented: string | undefined): boolean {
    return matcher !== undefined && presented !== undefined && matcher(presented);
  }
}

function signedTokenRefusal(fault: SignedTokenFault, scope: string): AppError {
  const isScope = fault === 'scope';
  const was = {
    wrong: 'a wrong one',
    expired: 'an expired one',
    replayed: 'one that was used before',
    scope: 'another scope',
  };
  const message = `expected a valid X-Admin-Token header${isScope ? ` for ${scope}` : ''}, was ${was[fault]}`;
  return new AppError(
    message,
    isScope ? { code: 'insufficient_scope', status: 403 } : { code: 'unauthorized', status: 401 },
  );
}

function edgeUserOf(headers: IncomingHttpHeaders): string | undefined {
  return edgeUserHeaders.map((name) => nameOf(headers[name])).find((name) => name !== undefined);
}

function textOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && header !== '' ? header : undefined;
}

/** Names go to the audit: printable, short, or not at all. */
function nameOf(header: string | string[] | undefined): string | undefined {
  const text = textOf(header);
  return text !== undefined && /^[\x21-\x7e]{1,100}$/.test(text) ? text : undefined;
}
