import { type CrashPoint, crashPoints } from '@octant/platform/bus/crash-points';

/** What befalls the process at a crash point. */
export const faults = ['kill', 'drop', 'stall'] as const;
export type Fault = (typeof faults)[number];

/** Kinds of messages and duties of a worker, see program.js; the number of messages of each. */
export const countOfKind = {
  /** Stream to stream, with a counter. */
  chain: 3,
  /** The same, published while the process reads. */
  late: 1,
  /** A row in Postgres and a message through the outbox. */
  row: 3,
  /** A request to a provider. */
  send: 2,
  /** The same; the provider does it and hangs up. */
  unsure: 1,
  /** Fails transiently once. */
  flaky: 1,
  /** Fails for good at once. */
  poison: 1,
  /** Fails every time. */
  bug: 1,
  /** Fails for good until somebody has seen its dead letter, who puts it back. */
  curable: 1,
  /** Lasts until the test says so. */
  held: 1,
  /** An outbox row without a message that caused it. */
  route: 1,
  /** State and a message from outside a handler. */
  timer: 1,
  /** Delivered so often that it may be what ends its process. */
  suspect: 1,
  /** Was delivered to a process that never came back. */
  left: 1,
  /** Many old entries that nobody cares about. */
  ballast: 150,
} as const;
export type Kind = keyof typeof countOfKind;

/** How a desk comes to a crash point. */
export interface Situation {
  readonly kinds: readonly Kind[];
  /** Passages of the point that are let pass before the fault. */
  readonly skip?: number;
  /** After all is done: `flush` empties Redis, and the fault strikes after that. */
  readonly provoke?: 'flush' | 'stop';
  /** Redis is emptied once more when the process is at the crash point; stalled there, it goes on alone. */
  readonly flushThere?: boolean;
  /** Tries of the suspect that have ended without a word, beside others and alone. */
  readonly tries?: { readonly beside: number } | { readonly alone: number };
  /** Old rows of inbox and outbox are there. */
  readonly oldRows?: boolean;
  readonly expectCondemned?: boolean;
  /** Stalls only: the process goes on while another one has its entries in hand, instead of after that has finished. */
  readonly beside?: boolean;
}

const everything: readonly Kind[] = ['chain', 'row', 'send', 'flaky', 'poison', 'bug', 'curable', 'route', 'timer'];
const lasting: readonly Kind[] = ['chain', 'row', 'send', 'poison', 'route', 'timer'];

export const situations = {
  everything: { kinds: everything },
  chain: { kinds: ['chain'] },
  late: { kinds: ['late'] },
  row: { kinds: ['row'] },
  send: { kinds: ['send'] },
  unsure: { kinds: ['unsure'] },
  flaky: { kinds: ['flaky'] },
  poison: { kinds: ['poison'] },
  bug: { kinds: ['bug'] },
  curable: { kinds: ['curable'] },
  held: { kinds: ['held', 'chain'] },
  stopped: { kinds: ['held', 'chain'], provoke: 'stop' },
  route: { kinds: ['route'] },
  timer: { kinds: ['timer'] },
  suspect: { kinds: ['suspect', 'chain'] },
  // The first passage tells that it must be tried alone, the second counts that.
  alone: { kinds: ['suspect', 'chain'], tries: { beside: 2 }, skip: 1 },
  condemned: { kinds: ['suspect', 'chain'], tries: { alone: 5 }, expectCondemned: true },
  // The first passage looks for entries of the process' own.
  left: { kinds: ['left'], skip: 1 },
  ballast: { kinds: [...everything, 'ballast'] },
  old: { kinds: everything, oldRows: true },
  flush: { kinds: lasting, provoke: 'flush' },
  'chain beside': { kinds: ['chain'], beside: true },
  'row beside': { kinds: ['row'], beside: true },
  'send beside': { kinds: ['send'], beside: true },
  'flaky beside': { kinds: ['flaky'], beside: true },
  'poison beside': { kinds: ['poison', 'bug'], beside: true },
  'held beside': { kinds: ['held'], beside: true },
  'suspect beside': { kinds: ['suspect'], beside: true },
  'flush again': { kinds: lasting, provoke: 'flush', flushThere: true },
} as const satisfies Record<string, Situation>;
export type SituationName = keyof typeof situations;

/** Every crash point, and the situations in which it is reached; a point that is new has none and does not compile. */
export const situationsOf: Readonly<Record<CrashPoint, readonly [SituationName, ...SituationName[]]>> = {
  'publish.before': ['late', 'chain', 'route'],
  'publish.after': ['late', 'chain', 'route'],
  'change.before': ['timer'],
  'change.after': ['timer'],
  'groups.before': ['everything', 'flush'],
  'groups.after': ['everything', 'flush'],
  'read.before': ['everything'],
  'read.after': ['everything'],
  'handle.before': ['chain', 'row', 'send', 'chain beside'],
  'handle.after': ['chain', 'row', 'send', 'chain beside', 'row beside'],
  'apply.before': ['row', 'send', 'row beside'],
  'apply.uncommitted': ['row', 'send'],
  'apply.after': ['row', 'send', 'row beside'],
  'commit.before': ['chain', 'row', 'send', 'chain beside', 'row beside', 'send beside'],
  'commit.after': ['chain', 'row', 'send'],
  'fail.before': ['flaky', 'poison', 'bug', 'condemned', 'flaky beside', 'poison beside'],
  'fail.after': ['flaky', 'poison', 'bug', 'condemned'],
  'suspect.before': ['suspect', 'alone', 'suspect beside'],
  'suspect.after': ['suspect', 'alone'],
  'beat.before': ['held', 'held beside'],
  'beat.after': ['held'],
  'sweep.before': ['suspect', 'left'],
  'sweep.after': ['suspect', 'left'],
  'pass.before': ['everything', 'curable'],
  'pass.after': ['everything', 'curable'],
  'release.before': ['stopped'],
  'release.after': ['stopped'],
  'relay.before': ['route', 'flush'],
  'relay.after': ['route', 'flush'],
  'mark.before': ['row', 'route'],
  'mark.after': ['row', 'route'],
  'prune.before': ['old'],
  'prune.after': ['old'],
  'requeue.before': ['curable'],
  'requeue.after': ['curable'],
  'trim.before': ['ballast'],
  'trim.after': ['ballast'],
  'bury.before': ['everything'],
  'bury.after': ['everything'],
  'rebuild.before': ['everything', 'flush', 'flush again'],
  'rebuild.after': ['everything', 'flush', 'flush again'],
  'rebuild.kept': ['everything', 'flush', 'flush again'],
  'external.before': ['send'],
  'external.acquired': ['send', 'send beside'],
  'external.sent': ['send', 'send beside'],
  'external.failed': ['unsure'],
  'external.noted': ['unsure'],
};

/** Combinations that cannot be, with the reason. */
export const impossible: readonly { readonly point: CrashPoint; readonly fault: Fault; readonly why: string }[] = [];

export interface Combination {
  readonly point: CrashPoint;
  readonly fault: Fault;
  readonly situation: SituationName;
}

/** Every crash point × every fault × every situation of the point, but for the impossible. */
export function combinations(): Combination[] {
  return pointNames().flatMap((point) =>
    faults
      .filter((fault) => !impossible.some((one) => one.point === point && one.fault === fault))
      .flatMap((fault) => situationsOf[point].filter(allows(fault)).map((situation) => ({ point, fault, situation }))),
  );
}

function allows(fault: Fault): (name: SituationName) => boolean {
  return (name) => {
    const situation: Situation = situations[name];
    return fault === 'stall' || situation.beside !== true;
  };
}

export function pointNames(): CrashPoint[] {
  return Object.keys(crashPoints) as CrashPoint[];
}
