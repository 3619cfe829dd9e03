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

/** A dead letter with its record. */
export interface DeadLetter {
  /** Entry id in the dead-letter stream; what requeue takes. */
  readonly id: string;
  readonly messageId: string;
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

/** Inspection and repair of streams for admin endpoints and reports. Stream names are without the desk's prefix. */
export interface StreamAdmin {
  groups(stream: string): Promise<readonly GroupFigures[]>;
  pending(stream: string, group: string, count: number): Promise<{ total: number; entries: readonly PendingEntry[] }>;
  /** `stream` may be given with or without `.dlq`. */
  deadLetters(stream: string, count: number): Promise<{ total: number; entries: readonly DeadLetter[] }>;
  /** `requeued: false` when this dead letter was requeued before. @throws PermanentError `not_found`. */
  requeue(stream: string, id: string): Promise<{ requeued: boolean; entryId: string }>;
  length(stream: string): Promise<number>;
  /** Redeliveries that were answered by a marker instead of a second effect, over all streams and groups of the desk. */
  duplicatesSuppressed(): Promise<number>;
}
