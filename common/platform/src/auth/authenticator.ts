import type { IncomingHttpHeaders } from 'node:http';
import type { Secret } from '../config/secret.js';
import { AppError } from '../errors/errors.js';
import type { Identity } from '../http/operation.js';
import { tokenMatcher } from './token-match.js';

/** Security schemes of the OpenAPI files. */
export type AuthScheme = 'adminToken' | 'serviceToken';

export const adminTokenHeader = 'x-admin-token';
export const serviceTokenHeader = 'x-service-token';
/** Name of the calling agent, sent beside the service token. */
export const callerHeader = 'x-calling-agent';
/** The signed-in user, as the edge puts it; believed only beside a valid token. */
const edgeUserHeader = 'x-forwarded-user';

export interface AuthenticatorOptions {
  /** Not configured: admin routes are closed. */
  readonly adminToken: Secret | undefined;
  /** Not configured: service routes take an admin token only. */
  readonly serviceToken: Secret | undefined;
  readonly onFailure: (failure: { scheme: AuthScheme; reason: 'missing' | 'wrong' | 'not_configured' }) => void;
}

/** Decides who calls, from the tokens in the headers. */
export class Authenticator {
  readonly #isAdmin: ((presented: string) => boolean) | undefined;
  readonly #isService: ((presented: string) => boolean) | undefined;
  readonly #onFailure: AuthenticatorOptions['onFailure'];

  constructor({ adminToken, serviceToken, onFailure }: AuthenticatorOptions) {
    this.#isAdmin = adminToken === undefined ? undefined : tokenMatcher(adminToken);
    this.#isService = serviceToken === undefined ? undefined : tokenMatcher(serviceToken);
    this.#onFailure = onFailure;
  }

  /** Who calls, by whatever valid token is there; `anonymous` without one. An admin token is taken in the service header too. */
  identify(headers: IncomingHttpHeaders): Identity {
    const admin = textOf(headers[adminTokenHeader]);
    const service = textOf(headers[serviceTokenHeader]);
    if (this.#matches(this.#isAdmin, admin) || this.#matches(this.#isAdmin, service)) {
      return { kind: 'admin', name: nameOf(headers[edgeUserHeader]) ?? 'admin' };
    }
    if (this.#matches(this.#isService, service)) {
      const name = nameOf(headers[edgeUserHeader]) ?? nameOf(headers[callerHeader]) ?? 'service';
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

  #matches(matcher: ((presented: string) => boolean) | undefined, presented: string | undefined): boolean {
    return matcher !== undefined && presented !== undefined && matcher(presented);
  }
}

function textOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && header !== '' ? header : undefined;
}

/** Names go to the audit: printable, short, or not at all. */
function nameOf(header: string | string[] | undefined): string | undefined {
  const text = textOf(header);
  return text !== undefined && /^[\x21-\x7e]{1,100}$/.test(text) ? text : undefined;
}
