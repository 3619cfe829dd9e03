import { z } from 'zod';
import type { CcxtReply } from '../ccxt-reply.js';
import type { VenueFailure } from '../venue-failure.js';

const refusal = z.object({ error: z.array(z.string()).min(1) });

type Rule = readonly [pattern: RegExp, kind: VenueFailure['kind']];

/** The first that fits says what became of the request. */
const rules: readonly Rule[] = [
  [/rate limit exceeded|too many requests|temporary lockout/i, 'not_done'],
  [/invalid nonce/i, 'not_done'],
  [/^EService:Market in /i, 'not_done'],
  // It is closer than the venue takes, which is a matter of when it was sent.
  [/invalid arguments:deadline/i, 'not_done'],
  [/cl_ord_id.*(duplicate|already|in use|not unique)|duplicate.*cl_ord_id/i, 'duplicate'],
  [/^EOrder:Unknown order/i, 'no_such_order'],
  // Its deadline may have passed before or after the matching engine took it.
  [/deadline|cancel pending|internal error/i, 'unknown'],
  [/^E(Order|Query|Trade|API|Auth|Session|Account|Funding):/i, 'refused'],
  [/^EGeneral:(Invalid arguments|Permission denied)/i, 'refused'],
];

/**
 * What Kraken's errors say; it answers them with 200. What no rule knows, a busy or an unavailable service among it, is
 * unknown. @source https://docs.kraken.com/api/docs/guides/global-errors
 */
export function judgeKraken({ body }: CcxtReply): VenueFailure | undefined {
  const { data } = refusal.safeParse(jsonOf(body));
  if (data === undefined) return undefined;
  const [text = ''] = data.error;
  const reason = `kraken ${data.error.join(', ').slice(0, 200)}`;
  const kind = rules.find(([pattern]) => pattern.test(text))?.[1] ?? 'unknown';
  if (kind === 'refused') return { kind, code: refusalCodeOf(text), reason };
  return kind === 'not_done' ? { kind, reason, retryAfterMs: undefined } : { kind, reason };
}

/** Whether the request was refused for its nonce alone, as when another overtook it: nothing was done. */
export function isNonceRefusal(reason: string): boolean {
  return /invalid nonce/i.test(reason);
}

function refusalCodeOf(text: string): string {
  if (/insufficient funds/i.test(text)) return 'insufficient_funds';
  if (/post only/i.test(text)) return 'would_take';
  return text.slice(0, 80);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a page of something before the venue
  }
}
