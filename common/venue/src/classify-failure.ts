import { budgetFeedbackOf } from '@octant/platform/ccxt/budget-feedback';
import type { CcxtReply } from './ccxt-reply.js';
import type { VenueFailure } from './venue-failure.js';

/** What is known of a request that ended in an error. */
export interface FailedRequest {
  readonly error: unknown;
  /** It left this process, or may have. */
  readonly sent: boolean;
  readonly reply: CcxtReply | undefined;
}

/** Reads the venue's own error codes; undefined for one that it does not know. */
export type ReplyJudge = (reply: CcxtReply) => VenueFailure | undefined;

type Kind = VenueFailure['kind'];

const LONGEST_REASON = 300;

/** Kinds by the name of ccxt's error class, for answers whose code the venue's own table does not know. */
const KINDS: ReadonlyMap<string, Kind> = new Map(
  Object.entries<Kind>({
    ...{ InsufficientFunds: 'refused', InvalidOrder: 'refused', OrderImmediatelyFillable: 'refused' },
    ...{ OrderNotFillable: 'refused', ContractUnavailable: 'refused', BadSymbol: 'refused', BadRequest: 'refused' },
    ...{ ArgumentsRequired: 'refused', NotSupported: 'refused', AuthenticationError: 'refused' },
    ...{ PermissionDenied: 'refused', AccountNotEnabled: 'refused', AccountSuspended: 'refused' },
    ...{ OperationRejected: 'refused', MarketClosed: 'refused', RestrictedLocation: 'refused' },
    ...{ ManualInteractionNeeded: 'refused', NoChange: 'refused' },
    OrderNotFound: 'no_such_order',
    DuplicateOrderId: 'duplicate',
    ...{
      RateLimitExceeded: 'not_done',
      DDoSProtection: 'not_done',
      OnMaintenance: 'not_done',
      InvalidNonce: 'not_done',
    },
    // CancelPending, NetworkError, RequestTimeout, ExchangeNotAvailable, BadResponse, ExchangeError and what comes: unknown.
  }),
);

/**
 * What became of the request. Only an answer of the venue settles anything: a request that was sent and not answered, or
 * answered with 5xx, may have had its effect.
 */
export function classifyFailure(request: FailedRequest, judge: ReplyJudge): VenueFailure {
  const { error, sent, reply } = request;
  const reason = reasonOf(error);
  const kind = error instanceof Error ? KINDS.get(error.name) : undefined;
  if (!sent) {
    if (kind === 'not_done') return { kind, reason, retryAfterMs: undefined };
    return { kind: 'refused', code: 'not_sent', reason };
  }
  if (reply === undefined) return { kind: 'unknown', reason };
  const { status } = reply;
  if (status === 429 || status === 418) return notDone(reply, reason);
  if (status >= 500) return { kind: 'unknown', reason };
  const judged = judge(reply);
  if (judged !== undefined) return judged.kind === 'not_done' ? notDone(reply, judged.reason) : judged;
  // A firewall before the venue: the request did not get through.
  if (status === 403) return notDone(reply, reason);
  return ofKind(kind ?? 'unknown', reply, reason);
}

function ofKind(kind: Kind, reply: CcxtReply, reason: string): VenueFailure {
  if (kind === 'refused') return { kind, code: 'refused', reason };
  if (kind === 'not_done') return notDone(reply, reason);
  return { kind, reason };
}

function notDone(reply: CcxtReply, reason: string): VenueFailure {
  return { kind: 'not_done', reason, retryAfterMs: budgetFeedbackOf(reply.headers, false)?.retryAfterMs };
}

/** Without the queries of URLs, in which there are signatures. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\?[^\s"]*/g, '?…').slice(0, LONGEST_REASON);
}
