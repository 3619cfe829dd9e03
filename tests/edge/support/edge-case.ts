import type { EdgeRequest } from './edge-request.js';
import type { Outcome } from './outcome.js';

export const certificateKinds = ['none', "another authority's", 'expired', 'revoked', "anybody's", "owner's"] as const;
export type CertificateKind = (typeof certificateKinds)[number];

export const sessionKinds = ['none', 'forged', "stranger's", "colleague's", "owner's"] as const;
export type SessionKind = (typeof sessionKinds)[number];

export const tokenKinds = [
  'none',
  'wrong',
  "the agents'",
  'expired',
  'replayed',
  'of another scope',
  'signed',
  'the secret',
] as const;
export type TokenKind = (typeof tokenKinds)[number];

export type HostName = 'app' | 'admin' | 'hooks';

/** One question to the edge, and what it has to answer. */
export interface EdgeCase {
  readonly host: HostName;
  readonly method: string;
  readonly path: string;
  readonly certificate: CertificateKind;
  readonly session: SessionKind;
  /** In `X-Admin-Token` of admin routes, else in `X-Service-Token`. */
  readonly token: TokenKind;
  /** Of the route, for signed tokens. */
  readonly scope: string | undefined;
  /** What is odd about it; `''` for an ordinary one. */
  readonly oddity: string;
  readonly change?: Partial<EdgeRequest>;
  readonly expected: Outcome;
}
