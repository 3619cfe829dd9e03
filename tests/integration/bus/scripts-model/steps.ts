import fc from 'fast-check';
import { ALSO, IN, OUT } from './desk-model.js';

/** Which entry a step is about: resolved when it runs, since only then it is known what there is. */
export type Pick = number;

interface Place {
  readonly stream: string;
  readonly group: string;
  readonly consumer: string;
}

interface OutputChoice {
  readonly stream: string;
  readonly message: number;
}

interface StateChoice {
  readonly key: number;
  readonly stale: boolean;
  readonly remove: boolean;
}

export interface CommitChoice {
  readonly stream: string;
  readonly pick: Pick;
  /** Without an effect the entry is only acknowledged. */
  readonly effect: boolean;
  readonly repeated: boolean;
  readonly outputs: readonly OutputChoice[];
  readonly states: readonly StateChoice[];
}

export type SuspectStage = 'beside' | 'alone' | 'committing';

export type Step =
  | { readonly kind: 'publish'; readonly stream: string; readonly message: number; readonly broken: boolean }
  | { readonly kind: 'addByHand'; readonly stream: string; readonly message: number | undefined }
  | ({ readonly kind: 'read'; readonly count: number } & Place)
  | {
      readonly kind: 'commit';
      readonly group: string;
      readonly consumer: string;
      readonly slot: number;
      readonly choices: readonly CommitChoice[];
      readonly broken: boolean;
    }
  | { readonly kind: 'resend'; readonly pick: Pick }
  | ({
      readonly kind: 'fail';
      readonly pick: Pick;
      readonly failure: 'permanent' | 'transient' | 'counted' | 'deaths';
      readonly again: boolean;
      readonly maxFailures: number;
      readonly patient: boolean;
      readonly broken: boolean;
    } & Place)
  | ({ readonly kind: 'suspect'; readonly pick: Pick; readonly stage: SuspectStage; readonly again: boolean } & Place)
  | ({
      readonly kind: 'sweep';
      readonly anyIdle: boolean;
      readonly count: number;
      readonly ownOnly: boolean;
      readonly after: Pick | undefined;
    } & Place)
  | ({ readonly kind: 'beat' | 'release'; readonly picks: readonly Pick[] } & Place)
  | ({ readonly kind: 'age'; readonly picks: readonly Pick[] } & Place)
  | {
      readonly kind: 'requeue';
      readonly stream: string;
      readonly pick: Pick;
      readonly announced: boolean;
      readonly broken: boolean;
    }
  | { readonly kind: 'trim'; readonly stream: string; readonly young: boolean; readonly missing: boolean }
  | ({ readonly kind: 'bury' } & Place)
  | {
      readonly kind: 'change';
      readonly again: boolean;
      readonly outputs: readonly OutputChoice[];
      readonly states: readonly StateChoice[];
      readonly broken: boolean;
    }
  | { readonly kind: 'deleteByHand'; readonly stream: string; readonly pick: Pick }
  | { readonly kind: 'weekPasses' }
  | { readonly kind: 'forgetLongAgo' };

export type StepOf<Kind extends Step['kind']> = Extract<Step, { readonly kind: Kind }>;

const pick = fc.nat({ max: 1_000 });
const rarely = fc.integer({ min: 0, max: 7 }).map((n) => n === 7);
// Few names and uneven chances: most of what can go wrong needs several steps about the same message.
const consumer = fc.constantFrom('a', 'a', 'a', 'b');
const input = fc.constantFrom(IN, IN, IN, ALSO);
const message = fc.constantFrom(0, 0, 0, 1, 1, 2, 3);
const place = fc
  .constantFrom(
    [IN, 'g1'] as const,
    [IN, 'g1'] as const,
    [IN, 'g1'] as const,
    [IN, 'g2'] as const,
    [ALSO, 'g1'] as const,
  )
  .chain(([stream, group]) => fc.record({ stream: fc.constant(stream), group: fc.constant(group), consumer }));
const output = fc.record({ stream: fc.constantFrom(OUT, OUT, ALSO), message });
const state = fc.record({ key: fc.constantFrom(0, 0, 0, 1, 2), stale: rarely, remove: rarely });
const picks = fc.array(pick, { minLength: 1, maxLength: 6 });

const commitChoice = (streams: readonly [string, ...string[]]): fc.Arbitrary<CommitChoice> =>
  fc.record({
    stream: fc.constantFrom(...streams),
    pick,
    effect: rarely.map((only) => !only),
    repeated: rarely,
    outputs: fc.array(output, { maxLength: 2 }),
    states: fc.oneof(
      { weight: 1, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(state, { maxLength: 2 }) },
    ),
  });

const commit: fc.Arbitrary<Step> = fc.constantFrom('g1', 'g1', 'g2').chain((group) =>
  fc.record({
    kind: fc.constant('commit'),
    group: fc.constant(group),
    consumer,
    slot: fc.nat({ max: 1 }),
    choices: fc.array(commitChoice(group === 'g1' ? [IN, IN, ALSO] : [IN]), { minLength: 1, maxLength: 5 }),
    broken: rarely,
  }),
);

const withPlace = <Kind extends Step['kind'], Rest extends object>(kind: Kind, rest: fc.Arbitrary<Rest>) =>
  fc.tuple(place, rest).map(([where, what]) => ({ kind, ...where, ...what }));

const weighted: readonly (readonly [weight: number, arbitrary: fc.Arbitrary<Step>])[] = [
  [10, fc.record({ kind: fc.constant('publish'), stream: input, message, broken: rarely })],
  [
    6,
    fc.record({
      kind: fc.constant('addByHand'),
      stream: input,
      message: fc.option(message, { nil: undefined, freq: 6 }),
    }),
  ],
  [12, withPlace('read', fc.record({ count: fc.integer({ min: 1, max: 4 }) }))],
  [14, commit],
  [2, fc.record({ kind: fc.constant('resend'), pick })],
  [
    12,
    withPlace(
      'fail',
      fc.record({
        pick,
        failure: fc.constantFrom('permanent', 'transient', 'counted', 'counted', 'deaths'),
        again: rarely,
        maxFailures: fc.integer({ min: 1, max: 3 }),
        patient: rarely.map((not) => !not),
        broken: rarely,
      }),
    ),
  ],
  [
    5,
    withPlace('suspect', fc.record({ pick, stage: fc.constantFrom('beside', 'alone', 'committing'), again: rarely })),
  ],
  [
    5,
    withPlace(
      'sweep',
      fc.record({
        anyIdle: fc.boolean(),
        count: fc.integer({ min: 1, max: 6 }),
        ownOnly: rarely,
        after: fc.option(pick, { nil: undefined, freq: 1 }),
      }),
    ),
  ],
  [2, withPlace('beat', fc.record({ picks }))],
  [2, withPlace('release', fc.record({ picks }))],
  [3, withPlace('age', fc.record({ picks }))],
  [6, fc.record({ kind: fc.constant('requeue'), stream: input, pick, announced: fc.boolean(), broken: rarely })],
  [3, fc.record({ kind: fc.constant('trim'), stream: input, young: rarely.map((not) => !not), missing: rarely })],
  [2, withPlace('bury', fc.constant({}))],
  [
    4,
    fc.record({
      kind: fc.constant('change'),
      again: rarely,
      outputs: fc.array(output, { maxLength: 2 }),
      states: fc.array(state, { maxLength: 2 }),
      broken: rarely,
    }),
  ],
  [1, fc.record({ kind: fc.constant('deleteByHand'), stream: input, pick })],
  [1, fc.constant({ kind: 'weekPasses' })],
  [1, fc.constant({ kind: 'forgetLongAgo' })],
];

/** A run: how many messages were published two days before it, and what happens then. */
export const aRun = fc.record({
  longAgo: fc.nat({ max: 3 }),
  steps: fc.array(fc.oneof(...weighted.map(([weight, arbitrary]) => ({ weight, arbitrary }))), {
    minLength: 1,
    maxLength: 60,
    size: 'max',
  }),
});
