import type { EdgeReply } from './edge-request.js';

/** What became of a request, as far as access goes. */
export type Outcome =
  | 'no TLS'
  | 'sign in'
  | 'person refused'
  | 'certificate refused'
  | 'gate closed'
  | 'token refused'
  | 'scope refused'
  | 'unknown'
  | 'misdirected'
  | 'bad request'
  | 'too many'
  | 'too large'
  | 'to https'
  | 'edge failed'
  /** The agent's handler, or its validation behind all keys, has answered. */
  | 'open';

const byCode: Readonly<Record<string, Outcome>> = {
  unauthorized: 'token refused',
  insufficient_scope: 'scope refused',
  no_identity: 'person refused',
  no_certificate: 'certificate refused',
  foreign_certificate: 'certificate refused',
  expired_certificate: 'certificate refused',
  revoked_certificate: 'certificate refused',
  another_person: 'certificate refused',
  revocations_unavailable: 'gate closed',
  admin_gate_closed: 'gate closed',
};

const byEdgeStatus: Readonly<Record<number, Outcome>> = {
  301: 'to https',
  308: 'to https',
  400: 'bad request',
  403: 'person refused',
  404: 'unknown',
  413: 'too large',
  421: 'misdirected',
  429: 'too many',
};

/** Agents give every answer a request id; what has none comes from Traefik or from the sign-in proxy. */
export function outcomeOf(reply: EdgeReply): Outcome {
  if (reply.kind === 'tls') return 'no TLS';
  const { status, headers, text } = reply;
  if (headers['x-request-id'] !== undefined) return byCode[codeOf(text)] ?? 'open';
  if (status === 302 && headers.location?.includes('client_id=') === true) return 'sign in';
  if (status === 302 && headers.location?.endsWith('/desk/overview') === true) return 'open';
  return byEdgeStatus[status] ?? 'edge failed';
}

function codeOf(text: string): string {
  try {
    const { code } = JSON.parse(text) as { code?: unknown };
    return typeof code === 'string' ? code : '';
  } catch {
    return ''; // a page, or metrics
  }
}
