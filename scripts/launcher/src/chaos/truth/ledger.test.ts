import { describe, expect, it } from 'vitest';
import type { DeadLetter } from '@octant/platform/bus/stream-admin';
import { isPoison, outputStreams, rootStreams, rootsOf, type Root } from '../plan/roots.js';
import { makeLedger } from './ledger.js';
import type { Truth } from './read-truth.js';

type Writable = {
  -readonly [Part in keyof Truth]: Truth[Part] extends ReadonlyMap<infer K, infer V> ? Map<K, V> : Truth[Part];
};

const roots = rootsOf({ seed: 7, messages: 2_000, rebuildable: false });
const rootWhere = (wanted: (root: Root) => boolean): Root => {
  const root = roots.find(wanted);
  if (root === undefined) throw new Error('expected such a root, was none');
  return root;
};
const fine = rootWhere((root) => root.kind === 'row' && root.fate === 'fine');
const poisonous = rootWhere((root) => root.fate === 'permanent');

const reasons = { permanent: 'permanent', unparseable: 'permanent', throws: 'failures', killer: 'process_deaths' };

function aLetter(root: Root, reason: string): DeadLetter {
  const { group } = rootStreams[root.kind];
  const error = { class: 'Error', code: 'unexpected', message: 'no', stackHash: '' };
  return { group, messageId: root.id, reason, error, stream: root.stream } as DeadLetter;
}

/** What the servers have after a run in which all went well. */
function aPerfectTruth() {
  const entries = new Map<string, Map<string, number>>();
  const add = (stream: string, id: string) => {
    const ids = entries.get(stream) ?? new Map<string, number>();
    entries.set(stream, ids.set(id, (ids.get(id) ?? 0) + 1));
  };
  const counters = new Map<string, { count: number; sum: number }>();
  const effects = { chain: new Map<string, number>(), row: new Map<string, number>(), send: new Map<string, number>() };
  for (const root of roots) {
    add(root.stream, root.id);
    if (isPoison(root)) continue;
    const output = `${root.id}/0`;
    add(outputStreams[root.kind], output);
    effects[root.kind].set(root.kind === 'chain' ? output : root.id, 1);
    const { count, sum } = counters.get(root.key) ?? { count: 0, sum: 0 };
    if (root.kind === 'chain') counters.set(root.key, { count: count + 1, sum: sum + root.n });
  }
  const letters = roots.flatMap((root) =>
    root.fate === 'fine' || root.fate === 'transient' ? [] : [aLetter(root, reasons[root.fate])],
  );
  return {
    entries,
    letters,
    rows: effects.row,
    booked: effects.chain,
    sends: effects.send,
    counters,
  } satisfies Writable;
}

describe('the ledger', () => {
  it('finds nothing wrong where nothing is', () => {
    const poison = roots.filter(isPoison).length;
    expect(makeLedger(roots, aPerfectTruth())).toMatchObject({
      published: 2_000,
      done: 2_000 - poison,
      dead: poison,
      lost: 0,
      duplicateEffects: 0,
      dlqPrecision: 1,
      dlqRecall: 1,
      offenders: { lost: [], duplicateEffects: [], wronglyDead: [], notDead: [], otherReasons: [], counters: [] },
    });
  });

  it('finds a message without its effect', () => {
    const truth = aPerfectTruth();
    truth.rows.delete(fine.id);
    expect(makeLedger(roots, truth)).toMatchObject({ lost: 1, offenders: { lost: [fine.id] } });
  });

  it('finds a message without its output', () => {
    const truth = aPerfectTruth();
    truth.entries.get(outputStreams.row)?.delete(`${fine.id}/0`);
    expect(makeLedger(roots, truth)).toMatchObject({ lost: 1, offenders: { lost: [fine.id] } });
  });

  it('finds an effect that happened twice, in Postgres, on a stream and at the provider', () => {
    for (const plant of [
      (truth: ReturnType<typeof aPerfectTruth>) => truth.rows.set(fine.id, 2),
      (truth: ReturnType<typeof aPerfectTruth>) => truth.entries.get(outputStreams.row)?.set(`${fine.id}/0`, 2),
      (truth: ReturnType<typeof aPerfectTruth>) => truth.sends.set('chaos-7-stranger', 1),
    ]) {
      const truth = aPerfectTruth();
      plant(truth);
      expect(makeLedger(roots, truth)).toMatchObject({ lost: 0, duplicateEffects: 1 });
    }
  });

  it('finds an effect of a poisonous message', () => {
    const truth = aPerfectTruth();
    truth.entries.get(outputStreams[poisonous.kind])?.set(`${poisonous.id}/0`, 1);
    expect(makeLedger(roots, truth)).toMatchObject({ duplicateEffects: 1 });
  });

  it('finds a counter that went up twice for a message', () => {
    const truth = aPerfectTruth();
    const [[key, { count, sum }] = ['', { count: 0, sum: 0 }]] = truth.counters;
    truth.counters.set(key, { count: count + 1, sum: sum + 3 });
    const ledger = makeLedger(roots, truth);
    expect(ledger.duplicateEffects).toBe(1);
    expect(ledger.offenders.counters).toHaveLength(1);
  });

  it('finds a dead letter of a message that is fine', () => {
    const truth = aPerfectTruth();
    const letters = [...truth.letters, aLetter(fine, 'failures')];
    const ledger = makeLedger(roots, { ...truth, letters });
    expect(ledger.dlqPrecision).toBeLessThan(1);
    expect(ledger).toMatchObject({ dlqRecall: 1, offenders: { wronglyDead: [`${fine.id}: failures (no)`] } });
  });

  it('finds a poisonous message that is no dead letter', () => {
    const truth = aPerfectTruth();
    const letters = truth.letters.filter(({ messageId }) => messageId !== poisonous.id);
    const ledger = makeLedger(roots, { ...truth, letters });
    expect(ledger.dlqRecall).toBeLessThan(1);
    expect(ledger).toMatchObject({ dlqPrecision: 1, lost: 1, offenders: { notDead: [poisonous.id] } });
  });

  it('finds a second dead letter of a message, and one that gives a wrong reason', () => {
    const truth = aPerfectTruth();
    const twice = makeLedger(roots, { ...truth, letters: [...truth.letters, aLetter(poisonous, 'permanent')] });
    expect(twice.dlqPrecision).toBeLessThan(1);
    const letters = truth.letters.map((letter) =>
      letter.messageId === poisonous.id ? { ...letter, reason: 'failures' } : letter,
    );
    expect(makeLedger(roots, { ...truth, letters }).offenders.otherReasons).toEqual([
      `${poisonous.id}: permanent, failures`,
    ]);
  });
});
