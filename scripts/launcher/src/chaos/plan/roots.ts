import { seededRandom } from '@octant/trading/market/random';

/** Where the effect of a root is: on a second stream, in Postgres, or at the provider. */
export type RootKind = 'chain' | 'row' | 'send';

/**
 * What becomes of a root: `fine` and `transient` (fails a few times first) are done once, all others are dead letters.
 * A `killer` ends the process that handles it.
 */
export type RootFate = 'fine' | 'transient' | 'permanent' | 'throws' | 'unparseable' | 'killer';

/** How it gets into its stream: `raw` goes past the bus, which then cannot see the repeat when it is published. */
export type RootPublishing = 'once' | 'twice' | 'raw_once' | 'raw_twice' | 'lost_reply';

export interface Root {
  /** From 0. */
  readonly n: number;
  readonly id: string;
  readonly kind: RootKind;
  readonly stream: string;
  /** Messages of one key run one after the other in a process, and share a counter. */
  readonly key: string;
  readonly fate: RootFate;
  readonly publishing: RootPublishing;
  /** How long its handler takes. */
  readonly workMs: number;
}

export interface RootPlan {
  readonly seed: number;
  readonly messages: number;
  /** All roots are in Postgres, too, and all can be published again; none goes past the bus. */
  readonly rebuildable: boolean;
}

/** Streams of the roots by kind, and the group that handles each. */
export const rootStreams: Readonly<Record<RootKind, { readonly stream: string; readonly group: string }>> = {
  chain: { stream: 'chain.in', group: 'chain' },
  row: { stream: 'row.in', group: 'row' },
  send: { stream: 'send.in', group: 'send' },
};

/** Streams of what the handlers publish. */
export const outputStreams: Readonly<Record<RootKind, string>> = {
  chain: 'chain.out',
  row: 'row.out',
  send: 'send.out',
};

/** The second hop of a chain: its effect is in Postgres. */
export const BOOK_GROUP = 'book';

const MESSAGES_PER_KEY = 50;
const MESSAGES_PER_KILLER = 4_000;
const LONGEST_WORK_MS = 20;

const KINDS: readonly (readonly [RootKind, number])[] = [
  ['chain', 0.5],
  ['row', 0.3],
  ['send', 0.2],
];
const FATES: readonly (readonly [RootFate, number])[] = [
  ['fine', 0.93],
  ['transient', 0.05],
  ['permanent', 0.006],
  ['throws', 0.006],
  ['unparseable', 0.008],
];
const PUBLISHINGS: readonly (readonly [RootPublishing, number])[] = [
  ['once', 0.87],
  ['twice', 0.05],
  ['lost_reply', 0.04],
  ['raw_twice', 0.04],
];

/** The n-th root: a function of seed and number alone, so that a producer that crashed makes it again. */
export function rootOf(plan: RootPlan, n: number): Root {
  const random = seededRandom(`${plan.seed} root ${n}`);
  const kind = pick(KINDS, random());
  const drawn = pick(FATES, random());
  const fate = isKiller(plan, n) ? 'killer' : drawn;
  const publishing = publishingOf(plan, { n, kind, fate }, pick(PUBLISHINGS, random()));
  const keys = Math.max(4, Math.ceil(plan.messages / MESSAGES_PER_KEY));
  return {
    n,
    id: `chaos-${plan.seed}-${n}`,
    kind,
    stream: rootStreams[kind].stream,
    key: `k${Math.floor(random() * keys)}`,
    fate,
    publishing,
    workMs: Math.floor(random() * LONGEST_WORK_MS),
  };
}

export function isPoison({ fate }: Root): boolean {
  return fate !== 'fine' && fate !== 'transient';
}

/** All roots in order. */
export function rootsOf(plan: RootPlan): readonly Root[] {
  return Array.from({ length: plan.messages }, (_, n) => rootOf(plan, n));
}

/** Spread evenly, none among the first or the last. */
function isKiller({ messages }: RootPlan, n: number): boolean {
  const killers = Math.max(1, Math.round(messages / MESSAGES_PER_KILLER));
  const step = Math.floor(messages / killers);
  return n % step === Math.floor(step / 2) && Math.floor(n / step) < killers;
}

/**
 * A poisonous message is never added twice past the bus: two entries are two dead letters, and rightly so. Half of the
 * unparseable ones of the chain, whose stream is not trimmed, are no JSON at all: only another program can add these.
 */
function publishingOf(
  plan: RootPlan,
  { n, kind, fate }: Pick<Root, 'n' | 'kind' | 'fate'>,
  drawn: RootPublishing,
): RootPublishing {
  if (fate === 'unparseable' && kind === 'chain' && !plan.rebuildable) return n % 2 === 0 ? 'raw_once' : 'once';
  const mayGoPast = !plan.rebuildable && (fate === 'fine' || fate === 'transient');
  return drawn === 'raw_twice' && !mayGoPast ? 'twice' : drawn;
}

function pick<Value>(shares: readonly (readonly [Value, number])[], drawn: number): Value {
  let below = 0;
  for (const [value, share] of shares) {
    below += share;
    if (drawn < below) return value;
  }
  const last = shares.at(-1);
  if (last === undefined) throw new RangeError('expected at least one share, was none');
  return last[0];
}
