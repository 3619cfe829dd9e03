/** Times and limits of the bus. The defaults are for a desk on one machine; tests shorten them. */
export interface BusTuning {
  /** Longest wait of one read for new entries. */
  readonly blockMs: number;
  /** Entries of one read. */
  readonly readCount: number;
  /** Entries of a group held in memory that run or could run at once; reading waits above it. */
  readonly readAhead: number;
  /** Entries of a group in memory that wait for a retry, or behind one in their lane; reading waits above it. */
  readonly parkedLimit: number;
  /** Handlers of a group that run at the same time. */
  readonly concurrency: number;
  /** An entry whose owner has not shown up for so long may be taken over. */
  readonly leaseMs: number;
  /** How often leases are extended, and entries of vanished consumers looked for. */
  readonly beatMs: number;
  /** Failures that count before a message is dead-lettered. */
  readonly maxFailures: number;
  /** How long a message may fail transiently before it is dead-lettered. */
  readonly maxTransientMs: number;
  /** Runs of a handler in a row when the state it read was stale, before it parks. */
  readonly maxStaleRuns: number;
  /** Least wait before a retry; the ceiling of the second part doubles from it. */
  readonly backoffBaseMs: number;
  /** Longest wait before a retry. */
  readonly backoffCapMs: number;
  /** Deliveries from which an entry is suspected of ending its process and tried with nothing beside it. */
  readonly suspectDeliveries: number;
  /** How long a suspect waits for the handlers beside it to end. */
  readonly alonePatienceMs: number;
  /** Different messages in a row that must fail transiently before reading pauses. */
  readonly breakerThreshold: number;
  /** While reading is paused, one message is tried so often. */
  readonly breakerProbeMs: number;
  /** How often streams are trimmed and consumers that are long gone are removed. */
  readonly trimEveryMs: number;
  /** Entries that every group is done with are kept so long for inspection. */
  readonly trimKeepMs: number;
  /** How often the outbox is looked at for rows that a crash has left. */
  readonly relayEveryMs: number;
  /** How often inbox and outbox rows that nothing can ask for any more are removed. */
  readonly pruneEveryMs: number;
  /** A command without an answer for so long has failed; scripts are sent again. */
  readonly commandTimeoutMs: number;
}

export const defaultTuning: BusTuning = {
  blockMs: 1_000,
  readCount: 128,
  readAhead: 768,
  parkedLimit: 4_096,
  concurrency: 64,
  leaseMs: 2_000,
  beatMs: 500,
  maxFailures: 5,
  maxTransientMs: 24 * 3_600_000,
  maxStaleRuns: 5,
  backoffBaseMs: 25,
  backoffCapMs: 30_000,
  suspectDeliveries: 3,
  alonePatienceMs: 5_000,
  breakerThreshold: 20,
  breakerProbeMs: 1_000,
  trimEveryMs: 10_000,
  trimKeepMs: 60_000,
  relayEveryMs: 1_000,
  pruneEveryMs: 3_600_000,
  commandTimeoutMs: 5_000,
};
