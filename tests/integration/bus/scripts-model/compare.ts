import { expect } from 'vitest';
import { type ModelEntry, type ModelGroup, type ModelLetter, ALSO, IN, OUT, sorted } from './desk-model.js';
import { type RedisView, mapOf } from './redis-view.js';
import type { Trial } from './trial.js';

type Rows = readonly (readonly string[])[];

/** Gives the model the ids that Redis chose for what is new, in the order in which it was added. */
export function learnIds({ model }: Trial, view: RedisView): void {
  for (const [name, rows] of [
    [IN, view.in],
    [ALSO, view.also],
    [OUT, view.out],
  ] as const) {
    learn(model.stream(name).entries, rows);
  }
  learn(model.stream(IN).letters, view.letters.in);
  learn(model.stream(ALSO).letters, view.letters.also);
}

function learn(known: readonly { id: string }[], rows: Rows): void {
  const fresh = known.filter(({ id }) => id === '');
  const ids = rows.slice(rows.length - fresh.length).map(([id]) => id ?? '');
  for (const [index, entry] of fresh.entries()) entry.id = ids[index] ?? 'never added';
}

/** Redis has what the model has: no more and no less. */
export function expectAlike({ model }: Trial, view: RedisView): void {
  const expected = {
    in: model.stream(IN).entries.map(rowOf),
    also: model.stream(ALSO).entries.map(rowOf),
    out: model.stream(OUT).entries.map(rowOf),
    letters: { in: model.stream(IN).letters.map(letterOf), also: model.stream(ALSO).letters.map(letterOf) },
    groups: Object.fromEntries(
      [IN, ALSO].flatMap((name) =>
        [...model.stream(name).groups.values()].map((group) => [`${name}:${group.name}`, groupOf(group)] as const),
      ),
    ),
    states: ['s0', 's1', 's2'].map((key) => {
      const state = model.states.get(key);
      return state === undefined ? {} : { v: String(state.version), d: state.json };
    }),
    suppressed: Object.fromEntries([...model.suppressed].map(([field, count]) => [field, String(count)])),
    requeued: { in: requeuedOf(model.stream(IN).requeued), also: requeuedOf(model.stream(ALSO).requeued) },
  };
  const actual = {
    in: view.in,
    also: view.also,
    out: view.out,
    letters: { in: view.letters.in.map(readLetterRow), also: view.letters.also.map(readLetterRow) },
    groups: Object.fromEntries(Object.entries(view.groups).map(([name, group]) => [name, readGroup(group)])),
    states: view.states.map((state) => Object.fromEntries(state)),
    suppressed: Object.fromEntries(view.suppressed),
    requeued: { in: Object.fromEntries(view.requeued.in), also: Object.fromEntries(view.requeued.also) },
  };
  expect(actual).toEqual(expected);
}

function rowOf({ id, fields }: ModelEntry): string[] {
  return [id, ...fields.map((value) => value.slice(0, 60))];
}

function letterOf({ id, entry, messageId, group, consumer, reason, failures, deliveries }: ModelLetter) {
  return {
    ...{ id, messageId, group, consumer, reason },
    ...{ stream: entry.stream, entryId: entry.id, failures: String(failures), deliveries: String(deliveries) },
  };
}

function readLetterRow([id = '', ...flat]: readonly string[]) {
  const fields = mapOf(flat);
  const of = (name: string) => fields.get(name);
  return {
    ...{ id, messageId: of('id'), group: of('group'), consumer: of('consumer'), reason: of('reason') },
    ...{ stream: of('stream'), entryId: of('entryId'), failures: of('failures'), deliveries: of('deliveries') },
  };
}

function groupOf(group: ModelGroup) {
  return {
    pending: sorted([...group.pending.keys()]).map((entry) => {
      const pending = group.pending.get(entry);
      return [entry.id, pending?.owner, pending?.aged === true ? 'aged' : 'fresh', String(pending?.deliveries)];
    }),
    failures: Object.fromEntries(
      [...group.records].map(([entry, { counted, transient, alone, beside, committing }]) => {
        return [entry.id, { counted, transient, alone, beside, committing }];
      }),
    ),
    retries: [...group.parked].map(({ id }) => id).sort(),
  };
}

interface KeptRecord {
  readonly counted: number;
  readonly transient: number;
  readonly alone?: number;
  readonly beside?: number;
  readonly committing?: number;
}

function readGroup({ pending, failures, retries }: RedisView['groups'][string]) {
  const records = [...failures].map(([entryId, json]) => {
    const { counted, transient, alone = 0, beside = 0, committing = 0 } = JSON.parse(json) as KeptRecord;
    return [entryId, { counted, transient, alone, beside, committing }] as const;
  });
  return { pending, failures: Object.fromEntries(records), retries: [...retries].sort() };
}

function requeuedOf(requeued: ReadonlyMap<ModelLetter, ModelEntry>) {
  return Object.fromEntries([...requeued].map(([letter, entry]) => [letter.id, entry.id]));
}

/** What must hold whatever the model says, from the replies of Redis alone. */
export function expectInvariants({ model, effects }: Trial, view: RedisView): void {
  const doubled = [...effects].filter(([, count]) => count > 1).map(([message]) => message);
  expect(doubled).toEqual([]);
  for (const name of [IN, ALSO]) {
    for (const group of model.stream(name).groups.values()) {
      const pending = view.groups[`${name}:${group.name}`]?.pending.length ?? 0;
      const { acknowledged, dead, missing } = group.ended;
      expect(pending + acknowledged + dead + missing).toBe(group.delivered);
    }
  }
}
