import { expect } from 'vitest';
import { compareEntryIds } from '@octant/platform/bus/entry-id';
import { type SweepReply, readSwept } from '@octant/platform/bus/stream-entry';
import { type ModelEntry, type ModelGroup, type ModelStream, IN, sorted } from './desk-model.js';
import { markerBases } from './redis-view.js';
import type { StepOf } from './steps.js';
import type { Trial } from './trial.js';

/** Between the idle time of fresh entries and that of entries made old by hand. */
export const LEASE_MS = 300_000;
const AGED_MS = 1_000_000;
const MONTH_MS = 30 * 86_400_000;

export async function read(trial: Trial, step: StepOf<'read'>): Promise<void> {
  const stream = trial.model.stream(step.stream);
  const group = stream.group(step.group);
  const given = stream.undelivered(group).slice(0, step.count);
  for (const entry of given) {
    group.pending.set(entry, { owner: step.consumer, deliveries: 1, aged: false });
    group.lastDelivered = entry;
    group.delivered += 1;
  }
  const key = trial.keys.stream(step.stream);
  const from = ['GROUP', step.group, step.consumer, 'COUNT', step.count, 'STREAMS', key, '>'];
  const reply = (await trial.redis.call('XREADGROUP', ...from)) as [string, [string][]][] | null;
  expect(reply?.[0]?.[1].map(([id]) => id) ?? []).toEqual(given.map(({ id }) => id));
}

export async function age(trial: Trial, step: StepOf<'age'>): Promise<void> {
  const stream = trial.model.stream(step.stream);
  const { pending } = stream.group(step.group);
  for (const entry of trial.findAll(step, step.picks)) {
    const held = pending.get(entry);
    if (held === undefined || !stream.has(entry)) continue;
    held.aged = true;
    const key = trial.keys.stream(step.stream);
    await trial.redis.call('XCLAIM', key, step.group, held.owner, 0, entry.id, 'IDLE', AGED_MS, 'JUSTID');
  }
}

/** Owned entries of a call that extends or ends leases; Redis itself lets go of those that are gone from the stream. */
function touchOwned(
  stream: ModelStream,
  group: ModelGroup,
  about: { ids: ModelEntry[]; consumer: string; aged: boolean },
) {
  const owned = about.ids.filter((entry) => group.pending.get(entry)?.owner === about.consumer);
  for (const entry of owned) {
    const pending = group.pending.get(entry);
    if (pending !== undefined) pending.aged = about.aged;
    if (stream.has(entry)) continue;
    group.pending.delete(entry);
    group.ended.missing += 1;
  }
  return owned;
}

export async function beat(trial: Trial, step: StepOf<'beat' | 'release'>): Promise<void> {
  const stream = trial.model.stream(step.stream);
  const ids = trial.findAll(step, step.picks);
  const aged = step.kind === 'release';
  const owned = touchOwned(stream, stream.group(step.group), { ids, consumer: step.consumer, aged });
  const args = [step.group, step.consumer, ...ids.map(({ id }) => id)];
  const reply = await trial.scripts.run(step.kind, [trial.keys.stream(step.stream)], args);
  const lost = ids.filter((entry) => !owned.includes(entry)).map(({ id }) => id);
  expect(reply).toEqual(aged ? owned.length : lost);
}

export async function sweep(trial: Trial, step: StepOf<'sweep'>): Promise<void> {
  const stream = trial.model.stream(step.stream);
  const group = stream.group(step.group);
  const after = step.after === undefined ? undefined : trial.find(step, step.after);
  const seen = sorted([...group.pending.keys()])
    .filter((entry) => after === undefined || compareEntryIds(entry.id, after.id) > 0)
    .filter((entry) => {
      const pending = group.pending.get(entry);
      return (step.anyIdle || pending?.aged === true) && (!step.ownOnly || pending?.owner === step.consumer);
    })
    .slice(0, step.count);
  const taken = seen.filter((entry) => stream.has(entry));
  const expected = taken.map((entry) => {
    const pending = group.pending.get(entry);
    const record = group.records.get(entry);
    return {
      entryId: entry.id,
      fields: entry.fields,
      deliveries: (pending?.deliveries ?? 0) + 1,
      parked: group.parked.has(entry),
      counted: record?.counted ?? 0,
      transient: record?.transient ?? 0,
    };
  });
  for (const entry of seen) takeOver(group, entry, taken.includes(entry) ? step.consumer : undefined);
  const { keys } = trial;
  const scriptKeys = [
    keys.stream(step.stream),
    keys.failures(step.stream, step.group),
    keys.retries(step.stream, step.group),
  ];
  const least = step.anyIdle ? 0 : LEASE_MS;
  const from = after === undefined ? '-' : `(${after.id}`;
  const args = [step.group, step.consumer, least, step.count, from, step.ownOnly ? step.consumer : ''];
  const reply = (await trial.scripts.run('sweep', scriptKeys, args)) as SweepReply;
  const swept = readSwept(step.stream, reply).map(({ entryId, fields, deliveries, dueAtMs, counted, transient }) => {
    return { entryId, fields, deliveries, parked: dueAtMs > 0, counted, transient };
  });
  const last = seen.at(-1)?.id ?? '';
  expect({ last: reply[0], missing: reply[1], swept }).toEqual({
    last,
    missing: seen.length - taken.length,
    swept: expected,
  });
}

function takeOver(group: ModelGroup, entry: ModelEntry, consumer: string | undefined): void {
  const pending = group.pending.get(entry);
  if (consumer !== undefined && pending !== undefined) {
    group.pending.set(entry, { owner: consumer, deliveries: pending.deliveries + 1, aged: false });
    return;
  }
  group.settle(entry);
  group.ended.missing += 1;
}

export async function trim(trial: Trial, step: StepOf<'trim'>): Promise<void> {
  const stream = trial.model.stream(step.stream);
  const groups = [...stream.groups.values()];
  const isNeeded = (entry: ModelEntry) =>
    groups.some((group) => {
      const oldest = sorted([...group.pending.keys()])[0] ?? group.lastDelivered;
      return oldest === undefined || compareEntryIds(entry.id, oldest.id) >= 0;
    });
  const dropped = step.missing
    ? []
    : stream.entries.filter((entry) => (step.young || entry.longAgo) && !isNeeded(entry));
  for (const entry of dropped) stream.drop(entry);
  const keys = [trial.keys.stream(step.stream), trial.keys.deadLetters(step.stream)];
  const names = [...groups.map(({ name }) => name), ...(step.missing ? ['nobody'] : [])];
  const keepMs = step.young ? -LEASE_MS : LEASE_MS;
  expect(await trial.scripts.run('trim', keys, [keepMs, MONTH_MS, ...names])).toEqual([dropped.length, 0]);
}

export async function bury(trial: Trial, step: StepOf<'bury'>): Promise<void> {
  const key = trial.keys.stream(step.stream);
  const { pending } = trial.model.stream(step.stream).group(step.group);
  const busy = new Set([...pending.values()].map(({ owner }) => owner));
  const consumers = async () => {
    const rows = (await trial.redis.xinfo('CONSUMERS', key, step.group)) as unknown[][];
    return rows.map((row) => String(row[row.indexOf('name') + 1]));
  };
  const stay = (await consumers()).filter((name) => busy.has(name) || name === step.consumer);
  await trial.scripts.run('bury', [key], [step.group, step.consumer, 0]);
  expect(await consumers()).toEqual(stay);
}

/** Markers have become a week older; those in the third week would be dropped and are left alone. */
export async function passWeek(trial: Trial): Promise<void> {
  if (trial.model.weeksPassed === 2) return;
  trial.model.weeksPassed += 1;
  const lua = `
    local now = math.floor(tonumber(redis.call('TIME')[1]) / 604800)
    for _, base in ipairs(KEYS) do
      for w = now - 1, now do
        if redis.call('EXISTS', base .. ':' .. w) == 1 then redis.call('RENAME', base .. ':' .. w, base .. ':' .. (w - 1)) end
      end
    end`;
  const bases = markerBases(trial.keys);
  await trial.redis.eval(lua, bases.length, ...bases);
}

/** What publishing remembers of the messages of long ago runs out. */
export async function forgetLongAgo(trial: Trial): Promise<void> {
  const { published } = trial.model.stream(IN);
  const old = [...published].filter(([, entry]) => entry.longAgo).map(([messageId]) => messageId);
  for (const messageId of old) published.delete(messageId);
  await trial.forgetPublished(IN, old);
}
