/**
 * Every boundary at which the bus can be interrupted between two steps that somebody else can see: each command that it
 * sends to Redis or Postgres, and each call of a handler. `before` = nothing was sent; `after` = it took effect, and its
 * answer has not been looked at. What holds there is said for a kill; a lost answer and a stall are weaker forms of it.
 */
export const crashPoints = {
  'publish.before': 'nothing was added; the producer publishes again under the same id',
  'publish.after': 'the entry is there; publishing again finds the id and adds nothing',
  'change.before': 'neither state nor messages; the caller does it again',
  'change.after':
    'state and messages are there; the caller sees a newer version, repeated messages are found by their ids',
  'groups.before': 'a group may be missing; the next start, or the next read that misses it, creates it',
  'groups.after':
    'the groups are there, from the oldest entry of their streams on; creating them again changes nothing',
  'read.before': 'entries stay undelivered',
  'read.after': 'entries are pending for this consumer; its next process, or another after the lease, takes them up',
  'handle.before': 'the entry is pending; it is handled by whoever takes it up',
  'handle.after': 'nothing of the result is kept; the handler runs again',
  'apply.before': 'no transaction was begun; the handler runs again',
  'apply.uncommitted': 'Postgres rolls back inbox, effect and outbox together; the handler runs again',
  'apply.after': 'effect and outbox are in Postgres; the rerun finds the inbox row and publishes what the outbox has',
  'commit.before': 'state, outputs and acknowledgement are all missing; the handler runs again',
  'commit.after': 'state, outputs and acknowledgement are all there; the entry is not delivered again',
  'fail.before': 'the attempt is not counted; the handler runs again',
  'fail.after': 'the entry is parked with its attempt counted, or acknowledged with its dead letter written',
  'suspect.before': 'the entry is pending and a suspect; the try is not counted and comes again',
  'suspect.after':
    'the try is counted; enough tries beside others and it is tried alone, five deaths alone and it is a dead letter',
  'beat.before': 'leases run on; another consumer takes over when they end',
  'beat.after': 'leases are extended; they run out when nobody beats any more',
  'sweep.before': 'nothing was taken over; the next sweep does it',
  'sweep.after': 'entries are pending for this consumer; its next process takes them up',
  'pass.before': 'the entry is pending; it is passed over by whoever takes it up',
  'pass.after': 'the entry is acknowledged without an effect, as it should be',
  'release.before': 'entries stay leased until the lease runs out',
  'release.after': 'entries can be taken over at once',
  'relay.before': 'the row waits in the outbox; the next turn publishes it',
  'relay.after': 'the message is in its stream and the row is not marked; it is published again, and found by its id',
  'mark.before':
    'messages are in their streams and rows are not marked; they are published again, and found by their ids',
  'mark.after': 'rows are marked as published; nothing is published again',
  'prune.before': 'old rows stay',
  'prune.after': 'rows that nothing can ask for any more are gone',
  'requeue.before': 'the dead letter stays; requeueing again does it',
  'requeue.after': 'the entry is in its stream; requeueing again finds the first and adds nothing',
  'trim.before': 'nothing was dropped',
  'trim.after': 'entries that every group is done with are dropped',
  'bury.before': 'consumers stay listed',
  'bury.after': 'consumers without pending entries are gone; a living one comes back with its next read',
  'rebuild.before': 'Redis is empty and nothing reads; the rebuild begins again',
  'rebuild.after':
    'state and messages are put back and not yet declared whole; the rebuild is repeated, to the same effect',
  'rebuild.kept': 'Redis is declared whole; the next process finds the mark and reads on',
  'external.before': 'no lease is taken; the handler runs again',
  'external.acquired':
    'the lease row says that a request may be under way; the next try waits for its end, then looks up',
  'external.sent': 'the provider has the request, nobody noted it; the next try looks it up and confirms it',
  'external.failed':
    'the outcome is unknown, or known to be none, and not noted; the next try waits for the end of the lease, then looks up',
  'external.noted':
    'how the attempt ended is noted; the next try waits no longer than it must, and looks up where it must',
} as const;

export type CrashPoint = keyof typeof crashPoints;

/**
 * Called at a crash point by tests: it may end the process, wait, or throw what a broken connection throws
 * (`ECONNRESET …`), which loses the answer of what has just happened.
 */
export type Failpoint = (point: CrashPoint) => Promise<void> | undefined;
