import { createHash } from 'node:crypto';
import { PermanentError } from '@octant/platform/errors/errors';

/** How client order ids of a desk begin at a venue, and how many hexadecimal digits follow; both take 32 characters. */
interface IdForm {
  readonly prefix: string;
  readonly digits: number;
}

const forms: Readonly<Record<string, IdForm>> = {
  // `newClientOrderId`: up to 36 of [a-zA-Z0-9-_]. Four are left for the ends of an OCO's legs.
  binance: { prefix: 'oct', digits: 29 },
  // `cl_ord_id`: a UUID with or without dashes, or at most 18 characters of text, which would be too few to be unique.
  kraken: { prefix: '0c7a47', digits: 26 },
};

/**
 * The client order id of a desk's order at a venue: always the same for the same order, in that venue's charset and length.
 * @throws PermanentError `unsupported_venue` for a venue whose form is not known.
 */
export function venueClientOrderId(venueId: string, orderId: string): string {
  const { prefix, digits } = formOf(venueId);
  return prefix + createHash('sha256').update(orderId).digest('hex').slice(0, digits);
}

/**
 * Whether a client order id at a venue is one of a desk's, this one or another on the same account.
 * @throws PermanentError `unsupported_venue`.
 */
export function isDeskClientOrderId(venueId: string, text: string): boolean {
  const { prefix, digits } = formOf(venueId);
  return (
    text.startsWith(prefix) && /^[0-9a-f]+$/.test(text.slice(prefix.length)) && text.length === prefix.length + digits
  );
}

function formOf(venueId: string): IdForm {
  const form = Object.hasOwn(forms, venueId) ? forms[venueId] : undefined;
  if (form !== undefined) return form;
  throw new PermanentError(`venue: expected one of ${Object.keys(forms).join(', ')}, was ${JSON.stringify(venueId)}`, {
    code: 'unsupported_venue',
  });
}
