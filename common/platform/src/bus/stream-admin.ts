import type { Identified } from './encode-message.js';

/** Figures of one consumer group. */
export interface GroupFigures {
  readonly stream: string;
  readonly group: string;
  readonly pending: number;
  /** Entries not delivered yet; null where Redis cannot tell. */
  readonly lag: number | null;
  readonly lagSeconds: number;
  readonly consumers: number;
  readonly oldestPendingSeconds: number;
}

export interface PendingEntry {
  readonly entryId: string;
  readonly consumer: string;
  readonly idleMs: number;
  readonly deliveries: number;
}

/** A dead letter with its record. Fields that somebody else's program left out are empty. */
export interface DeadLetter {
  /** Entry id in the dead-letter stream; what requeue takes. */
  readonly id: string;
  readonly messageId: string;
  readonly type: string;
  readonly stream: string;
  readonly group: string;
  readonly consumer: string;
  readonly entryId: string;
  /** The parsed JSON, or the text where it is none, or undefined without a `data` field. */
  readonly payload: unknown;
  readonly failures: number;
  readonly deliveries: number;
  /** Why it ended here: `permanent`, `failures` or `transient_too_long`. */
  readonly reason: string;
  readonly error: {
    readonly class: string;
    readonly code: string;
    readonly message: string;
    readonly stackHash: string;
  };
  /** What is known about the handler's effect: `none` when it never ran, `not_committed` when nothing of it was kept. */
  readonly effect: 'none' | 'not_committed';
  readonly schemaVersion: string;
  readonly traceparent: string;
  readonly firstFailedAt: string;
  readonly lastFailedAt: string;
  readonly requeued: boolean;
}

/** Which dead letters are meant: those that every given field holds for; all of them when none is given. */
export interface DeadLetterFilter {
  /** Message type. */
  readonly type?: string;
  /** `error.code` of the record. */
  readonly errorCode?: string;
  /** The consumer group that failed on it. */
  readonly group?: string;
  /** Why it became a dead letter: `DeadLetter.reason`. */
  readonly reason?: string;
  /** Dead for so long at least, ms by Redis' clock. */
  readonly olderThanMs?: number;
  /** Dead for less than that, ms by Redis' clock; above `olderThanMs` when both are given. */
  readonly youngerThanMs?: number;
}

/** What can be told of a dead letter without its payload. */
export interface LetterFacts {
  readonly id: string;
  readonly messageId: string;
  readonly type: string;
  readonly group: string;
  readonly errorCode: string;
  readonly reason: string;
  /** Since it became a dead letter, by Redis' clock; from 0. */
  readonly ageMs: number;
}

/** Makes the message that is published in the same step as the requeue of this letter: both happen, or neither. */
export type AnnounceRequeue = (letter: LetterFacts) => Identified;

export interface RequeueManyOptions {
  readonly filter: DeadLetterFilter;
  /** Most letters to put back, from 1 to 1000; default 100. */
  readonly limit?: number;
  /** Only says what would be done; default false. */
  readonly dryRun?: boolean;
  /** Most letters a second, from 1 up; default 200. */
  readonly perSecond?: number;
  /** Only letters behind this id: where an earlier call stopped (`next`). */
  readonly after?: string;
  /** Only letters up to this id; default the newest when the call begins, so what dies again meanwhile is not taken twice. */
  readonly upTo?: string;
  readonly announce?: AnnounceRequeue;
}

/**
 * `unreadable`: a field that requeueing needs is missing, or names a group that the stream has not; `gone`: dropped by age
 * meanwhile; `already_requeued`: somebody else was faster.
 */
export type RequeueOutcome = 'requeued' | 'would_requeue' | 'already_requeued' | 'unreadable' | 'gone';

export interface RequeueEntry extends LetterFacts {
  readonly outcome: RequeueOutcome;
  /** Its new entry in the stream, or null. */
  readonly entryId: string | null;
  /** For `unreadable`: what was expected and what was there; else null. */
  readonly detail: string | null;
}

/** `matched` = `requeued` + `alreadyRequeued` + `unreadable` + `gone` + `remaining`. */
export interface RequeueManyResult {
  /** Letters that the filter holds for, between `after` and `upTo`. */
  readonly matched: number;
  readonly requeued: number;
  /** Requeued before this call, or by somebody else during it. */
  readonly alreadyRequeued: number;
  readonly unreadable: number;
  readonly gone: number;
  /** Left to be requeued: above the limit, or all in a dry run. */
  readonly remaining: number;
  /** Oldest first: every letter that was or would be put back, and up to 100 unreadable ones. */
  readonly entries: readonly RequeueEntry[];
  /** Where the next call goes on; null when nothing behind the last letter taken is left. */
  readonly next: { readonly after: string; readonly upTo: string } | null;
}

/** Inspection and repair of streams for admin endpoints and reports. Stream names are without the desk's prefix. */
export interface StreamAdmin {
  groups(stream: string): Promise<readonly GroupFigures[]>;
  pending(stream: string, group: string, count: number): Promise<{ total: number; entries: readonly PendingEntry[] }>;
  /** The newest first; `stream` may be given with or without `.dlq`. `total` counts all, whatever the filter. */
  deadLetters(
    stream: string,
    count: number,
    filter?: DeadLetterFilter,
  ): Promise<{ total: number; entries: readonly DeadLetter[] }>;
  /**
   * Puts a dead letter back for the group that failed on it. `requeued: false` when that was done before; then nothing is
   * announced. @throws PermanentError `not_found`, `unreadable_letter`.
   */
  requeue(
    stream: string,
    id: string,
    options?: { readonly announce?: AnnounceRequeue },
  ): Promise<{ requeued: boolean; entryId: string }>;
  /**
   * Puts back, oldest first and paced, the letters that the filter holds for. Ended half-way by whatever, the same call
   * again does the rest. @throws PermanentError `invalid_request` (a limit or an age), `requeue_running` (409) while another
   * one runs on this stream; TransientError `redis_unavailable`.
   */
  requeueMany(stream: string, options: RequeueManyOptions): Promise<RequeueManyResult>;
  length(stream: string): Promise<number>;
  /** Redeliveries that were answered by a marker instead of a second effect, over all streams and groups of the desk. */
  duplicatesSuppressed(): Promise<number>;
}
