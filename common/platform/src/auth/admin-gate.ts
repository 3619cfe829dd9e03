import { X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../time/clock.js';
import type { RevocationLists } from './revocation-lists.js';

/** Where the edge asks whether a request may go on to an admin route. */
export const adminGatePath = '/edge/admin-gate';

/** The client certificate as the edge passes it on: DER in base64, the chain behind it after commas. */
const certificateHeader = 'x-forwarded-tls-client-cert';
/** Who has signed in, as the sign-in proxy tells the edge. */
const emailHeader = 'x-auth-request-email';
const clientAuthentication = '1.3.6.1.5.5.7.3.2';

export type GateRefusal =
  | 'no_identity'
  | 'no_certificate'
  | 'foreign_certificate'
  | 'expired_certificate'
  | 'revoked_certificate'
  | 'another_person';

export type GateVerdict =
  { readonly admitted: true; readonly email: string } | { readonly admitted: false; readonly reason: GateRefusal };

/**
 * Judges a request of the admin host by two of its three keys: the signed-in identity, and a client certificate that
 * is ours, valid today and not revoked; one that names a person's address opens for that person only. The third, the
 * admin token, is asked for by the route itself, wherever the call comes from.
 *
 * The edge asks and obeys; no agent believes a header because it is there.
 */
export class AdminGate {
  readonly #lists: RevocationLists;
  readonly #clock: Clock;

  constructor({ lists, clock }: { lists: RevocationLists; clock: Clock }) {
    this.#lists = lists;
    this.#clock = clock;
  }

  /** @throws TransientError `revocations_unavailable` when nobody can say whether the certificate is still good. */
  async judge(headers: IncomingHttpHeaders): Promise<GateVerdict> {
    const email = single(headers[emailHeader])?.toLowerCase();
    if (email === undefined || !/^[^\s@,]+@[^\s@,]+$/.test(email)) return refused('no_identity');
    const certificate = certificateOf(single(headers[certificateHeader]));
    if (certificate === undefined) return refused('no_certificate');
    const standing = await this.#lists.standingOf(certificate);
    if (standing === 'foreign' || !isForClients(certificate)) return refused('foreign_certificate');
    if (!this.#isValidToday(certificate)) return refused('expired_certificate');
    if (standing === 'revoked') return refused('revoked_certificate');
    const persons = emailsOf(certificate);
    if (persons.length > 0 && !persons.includes(email)) return refused('another_person');
    return { admitted: true, email };
  }

  #isValidToday({ validFrom, validTo }: X509Certificate): boolean {
    const nowMs = this.#clock.now();
    return Date.parse(validFrom) <= nowMs && nowMs <= Date.parse(validTo);
  }
}

function refused(reason: GateRefusal): GateVerdict {
  return { admitted: false, reason };
}

function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && header !== '' ? header : undefined;
}

function certificateOf(header: string | undefined): X509Certificate | undefined {
  const [base64 = ''] = header?.split(',') ?? [];
  if (!/^[A-Za-z0-9+/=]{64,16384}$/.test(base64)) return undefined;
  try {
    return new X509Certificate(Buffer.from(base64, 'base64'));
  } catch {
    return undefined; // no certificate, whatever it is
  }
}

/** The server's certificate comes from the same authority, and must not open the door. */
function isForClients({ keyUsage, ca }: X509Certificate): boolean {
  // Undefined at run time, whatever its type says, where the certificate does not limit its use.
  const uses = keyUsage as readonly string[] | undefined;
  return !ca && uses?.includes(clientAuthentication) === true;
}

function emailsOf({ subjectAltName }: X509Certificate): string[] {
  const names = subjectAltName?.split(', ') ?? [];
  return names.filter((name) => name.startsWith('email:')).map((name) => name.slice('email:'.length).toLowerCase());
}
