/**
 * Every boundary between two steps of the live order machine that somebody else can see: its transactions and its
 * questions to the venue. `before` = nothing was done; `after` = it took effect, and its answer has not been looked at;
 * `uncommitted` = the last statement before COMMIT. What holds there is said for a kill.
 */
export const liveCrashPoints = {
  'claim.before': 'the order is intended; the next sweep claims it',
  'claim.after':
    'the order is sent with a lease, and nothing was; the lease ends, the look-up finds nothing, it is sent',
  'place.before': 'as after the claim',
  'place.after': 'the venue may have it, nobody noted it; the lease ends, the look-up tells',
  'outcome.uncommitted': 'Postgres rolls back; as after the request',
  'outcome.after': 'the outcome and its messages are in Postgres; the outbox relay publishes them',
  'look-up.before': 'the lease ends; the next sweep looks up',
  'look-up.claimed': 'the look-up has a lease of its own; the next sweep after it looks up',
  'look-up.after': 'what was learnt is lost; the next sweep looks up again',
  'look-up.uncommitted': 'Postgres rolls back; the next sweep looks up again',
  'look-up.noted': 'the order goes on from what was learnt',
  'sighting.uncommitted': 'Postgres rolls back; the next poll tells the same',
  'sighting.after': 'the order has the state that the venue told',
  'fill.before': 'the fill is at the venue alone; the next poll tells of it, its cursor has not moved',
  'fill.uncommitted': 'Postgres rolls back cash, position, fill and messages together; the next poll books it',
  'fill.after': 'the fill is booked, its messages are in the outbox; telling of it again changes nothing',
  'poll.before': 'the next poll asks',
  'poll.after': 'the cursor has not moved; the next poll asks for the same',
  'poll.noted': 'the cursor has moved behind fills that are all recorded',
  'cancel.before': 'the cancel is due; the next sweep asks',
  'cancel.claimed': 'the cancel is due again after its delay',
  'cancel.asked': 'the venue may have cancelled; the next try is told that it is not open, and looks it up',
  'cancel.found': 'what was learnt is lost; the next try looks it up again',
  'reconcile.before': 'nothing was compared; the symbols may only reduce until it was',
  'reconcile.asked': 'nothing of the answers is kept; the next run asks again',
  'reconcile.applied': 'missing fills and states are booked; the differences are listed by the next run',
  'reconcile.noted': 'the differences are in Postgres; a new process starts with its own comparison all the same',
  'orphan.before': 'the orphan rests; the next run cancels it',
  'orphan.after': 'the orphan is cancelled; the next run does not see it any more',
  'exits.before': 'exits and their orders are as they were; the next sweep looks at them',
  'exits.uncommitted': 'Postgres rolls back; the next sweep decides again',
  'exits.after': 'the order of the exits is intended, or its cancel is due; the sender and the cancels go on',
  'parts.before': 'orders in parts are as they were; the next sweep looks at them',
  'parts.uncommitted': 'Postgres rolls back; the next sweep decides again',
  'parts.after': 'the part is intended, its cancel is due, or the order has ended; the sender and the cancels go on',
  'admin.uncommitted': 'Postgres rolls back; the admin repeats the command under its key',
  'admin.after': 'the command is done and audited; a repeat of its key is answered as the first was',
  'flatten.before': 'the flatten is open in Postgres; the next sweep goes on with it',
  'flatten.after': 'the round is written with its orders; the next round starts when they have ended',
} as const;

export type LiveCrashPoint = keyof typeof liveCrashPoints;

/** Called at a crash point by tests: it may end the process, never return, or throw. */
export type LiveFailpoint = (point: LiveCrashPoint) => Promise<void> | undefined;
