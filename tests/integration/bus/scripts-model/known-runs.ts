import { IN } from './desk-model.js';
import type { CommitChoice, Step } from './steps.js';

const place = { stream: IN, group: 'g1', consumer: 'a' } as const;
const own = (index: number) => 8 * index;

const commitOf = (pick: number): Step => {
  const choice: CommitChoice = { stream: IN, pick, effect: true, repeated: false, outputs: [], states: [] };
  return { kind: 'commit', group: 'g1', consumer: 'a', slot: 0, choices: [choice], broken: false };
};
const publish: Step = { kind: 'publish', stream: IN, message: 0, broken: false };
const addByHand: Step = { kind: 'addByHand', stream: IN, message: 0 };
const read: Step = { kind: 'read', ...place, count: 4 };
const giveUp = (pick: number): Step => ({
  ...{ kind: 'fail', ...place, pick, failure: 'permanent', again: false },
  ...{ maxFailures: 3, patient: true, broken: false },
});
const requeue: Step = { kind: 'requeue', stream: IN, pick: 0, announced: false, broken: false };

/** Two entries of one batch that read the same version of a state: only the first may write it. */
const writing = (pick: number): CommitChoice => {
  const states = [{ key: 0, stale: false, remove: false }];
  return { stream: IN, pick, effect: true, repeated: false, outputs: [], states };
};
const bothWrite: Step = {
  ...{ kind: 'commit', group: 'g1', consumer: 'a', slot: 0, broken: false },
  choices: [writing(own(0)), writing(own(1))],
};

/** Runs that went wrong once, and those that chance seldom makes; they are taken before the random ones. */
export const knownRuns: readonly { readonly longAgo: number; readonly steps: Step[] }[] = [
  // A copy is given up, the published entry is done, the copy is requeued.
  { longAgo: 0, steps: [publish, addByHand, read, giveUp(own(1)), commitOf(own(0)), requeue, read, commitOf(own(0))] },
  // A copy that came first is given up, the published entry is done, and another copy comes.
  {
    longAgo: 0,
    steps: [addByHand, publish, read, giveUp(own(0)), commitOf(own(0)), addByHand, read, commitOf(own(0))],
  },
  { longAgo: 0, steps: [addByHand, { ...addByHand, message: 1 }, read, bothWrite] },
];
