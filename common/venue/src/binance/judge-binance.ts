import { z } from 'zod';
import type { CcxtReply } from '../ccxt-reply.js';
import type { VenueFailure } from '../venue-failure.js';

const refusal = z.object({ code: z.int(), msg: z.string().default('') });

/** The venue does not know itself whether it did it. */
const UNKNOWN: ReadonlySet<number> = new Set([
  -1000, // unknown error while processing
  -1001, // disconnected inside
  -1006, // unexpected response inside, execution status unknown
  -1007, // timeout inside, execution status unknown
  -2026, // the order is archived, and what became of it with it
]);

const NOT_DONE: ReadonlySet<number> = new Set([
  -1003, // too many requests
  -1008, // overloaded
  -1015, // too many orders
  -1016, // shutting down
  -1021, // outside of recvWindow: too late, or a clock is wrong
  -1034, // too many connections
]);

const NO_SUCH_ORDER: ReadonlySet<number> = new Set([-2013, -2018]);

/**
 * What Binance's code says. @source https://developers.binance.com/docs/binance-spot-api-docs/errors
 */
export function judgeBinance({ body }: CcxtReply): VenueFailure | undefined {
  const { data } = refusal.safeParse(jsonOf(body));
  // Codes are negative; what is not came from something else before the venue.
  if (data === undefined || data.code >= 0) return undefined;
  const { code, msg } = data;
  const reason = `binance ${String(code)}: ${msg.slice(0, 200)}`;
  if (UNKNOWN.has(code)) return { kind: 'unknown', reason };
  if (NOT_DONE.has(code)) return { kind: 'not_done', reason, retryAfterMs: undefined };
  if (NO_SUCH_ORDER.has(code)) return { kind: 'no_such_order', reason };
  if (code === -2011 && /unknown order/i.test(msg)) return { kind: 'no_such_order', reason };
  if (/duplicate order/i.test(msg)) return { kind: 'duplicate', reason };
  return { kind: 'refused', code: refusalCodeOf(code, msg), reason };
}

function refusalCodeOf(code: number, msg: string): string {
  if (/insufficient balance/i.test(msg)) return 'insufficient_funds';
  if (/immediately match/i.test(msg)) return 'would_take';
  if (/trigger immediately/i.test(msg)) return 'would_trigger';
  return String(code);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a page of something before the venue
  }
}
