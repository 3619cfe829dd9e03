import { createHash } from 'node:crypto';
import { PermanentError } from '@octant/platform/errors/errors';

/** What a venue takes as a client order id. */
interface IdForm {
  readonly pattern: RegExp;
  /** 64 hexadecimal digits made of the desk's order id. */
  readonly of: (digest: string) => string;
}

const forms: Readonly<Record<string, IdForm>> = {
  // `newClientOrderId`. Four characters are left for the legs of an OCO.
  binance: { pattern: /^[a-zA-Z0-9-_]{1,36}$/, of: (digest) => `oct${digest.slice(0, 29)}` },
  // `cl_ord_id`: a UUID with or without dashes, or at most 18 characters of text, which would be too few to be unique.
  kraken: { pattern: /^[0-9a-f]{32}$/, of: (digest) => digest.slice(0, 32) },
};

/**
 * The client order id of a desk's order at a venue: always the same for the same order, in that venue's charset and length.
 * @throws PermanentError `unsupported_venue` for a venue whose form is not known.
 */
export function venueClientOrderId(venueId: string, orderId: string): string {
  const form = forms[venueId];
  if (form === undefined) {
    throw new PermanentError(
      `venue: expected one of ${Object.keys(forms).join(', ')}, was ${JSON.stringify(venueId)}`,
      {
        code: 'unsupported_venue',
      },
    );
  }
  return form.of(createHash('sha256').update(orderId).digest('hex'));
}

/** Whether the venue takes this as a client order id. */
export function isVenueClientOrderId(venueId: string, text: string): boolean {
  return forms[venueId]?.pattern.test(text) ?? false;
}
