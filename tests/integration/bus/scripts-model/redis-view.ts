import { expect } from 'vitest';
import type { DeskKeys } from '@octant/platform/bus/desk-keys';
import { ALSO, BROKEN, IN, OUT } from './desk-model.js';
import type { Trial } from './trial.js';

const GROUPS: readonly (readonly [stream: string, group: string])[] = [
  [IN, 'g1'],
  [IN, 'g2'],
  [ALSO, 'g1'],
];
const STATES = ['s0', 's1', 's2'];

/** Marker hashes without the week. */
export function markerBases(keys: DeskKeys): string[] {
  const published = [IN, ALSO, OUT, BROKEN].map((stream) => keys.published(stream));
  return [...published, ...GROUPS.map(([stream, group]) => keys.done(stream, group))];
}

/** Everything that the scripts may touch, but for the markers and the keys of changes. */
export function plainKeys(keys: DeskKeys): string[] {
  const inputs = [IN, ALSO];
  return [
    ...[...inputs, OUT, BROKEN].map((stream) => keys.stream(stream)),
    ...inputs.flatMap((stream) => [keys.deadLetters(stream), keys.requeued(stream)]),
    ...GROUPS.flatMap(([stream, group]) => [keys.failures(stream, group), keys.retries(stream, group)]),
    ...['g1', 'g2'].flatMap((group) => ['a', 'b'].map((consumer) => keys.answers(group, consumer))),
    ...STATES.map((key) => keys.state(key)),
    keys.suppressed(),
  ];
}

const DUMP = `
  local sums = {}
  local week = math.floor(tonumber(redis.call('TIME')[1]) / 604800)
  local function sum(key)
    local dump = redis.call('DUMP', key)
    sums[#sums + 1] = key .. ' ' .. (dump and redis.sha1hex(dump) or '')
  end
  for i = 1, #KEYS do
    if i <= tonumber(ARGV[1]) then sum(KEYS[i]) else for w = week - 2, week do sum(KEYS[i] .. ':' .. w) end end
  end
  return sums`;

async function dump(trial: Trial): Promise<unknown> {
  const plain = plainKeys(trial.keys);
  const change = trial.lastChange === undefined ? [] : [trial.keys.change(trial.lastChange)];
  const keys = [...plain, ...change, ...markerBases(trial.keys)];
  return trial.redis.eval(DUMP, keys.length, ...keys, plain.length + change.length);
}

/** An error reply says that nothing was done: every key is as it was, to the byte. */
export async function expectNothingDone(trial: Trial, act: () => Promise<unknown>): Promise<undefined> {
  const before = await dump(trial);
  await expect(act()).rejects.toThrow(/WRONGTYPE/);
  expect(await dump(trial)).toEqual(before);
  return undefined;
}

/** What Redis has, without payloads' padding. Read only. */
const VIEW = `
  local prefix = ARGV[1]
  local function entries(name)
    local rows = {}
    if redis.call('TYPE', prefix .. name).ok ~= 'stream' then return rows end
    for _, entry in ipairs(redis.call('XRANGE', prefix .. name, '-', '+')) do
      local row = {entry[1]}
      for _, value in ipairs(entry[2]) do row[#row + 1] = string.sub(value, 1, 60) end
      rows[#rows + 1] = row
    end
    return rows
  end
  local function group(stream, name)
    local pending = {}
    for _, row in ipairs(redis.call('XPENDING', prefix .. stream, name, '-', '+', 1000)) do
      pending[#pending + 1] = {row[1], row[2], row[3] >= 300000 and 'aged' or 'fresh', tostring(row[4])}
    end
    return {pending, redis.call('HGETALL', prefix .. '~failures:' .. stream .. ':' .. name),
      redis.call('ZRANGE', prefix .. '~retries:' .. stream .. ':' .. name, 0, -1)}
  end
  local states = {}
  for i = 0, 2 do states[i + 1] = redis.call('HGETALL', prefix .. '~state:s' .. i) end
  return {
    {entries('in'), entries('also'), entries('out'), entries('in.dlq'), entries('also.dlq')},
    {group('in', 'g1'), group('in', 'g2'), group('also', 'g1')},
    states,
    redis.call('HGETALL', prefix .. '~suppressed'),
    {redis.call('HGETALL', prefix .. '~requeued:in'), redis.call('HGETALL', prefix .. '~requeued:also')}
  }`;

type Rows = readonly (readonly string[])[];

export interface RedisView {
  readonly in: Rows;
  readonly also: Rows;
  readonly out: Rows;
  readonly letters: { readonly in: Rows; readonly also: Rows };
  /** By `stream:group`. */
  readonly groups: Readonly<
    Record<string, { pending: Rows; failures: ReadonlyMap<string, string>; retries: readonly string[] }>
  >;
  readonly states: readonly ReadonlyMap<string, string>[];
  readonly suppressed: ReadonlyMap<string, string>;
  readonly requeued: { readonly in: ReadonlyMap<string, string>; readonly also: ReadonlyMap<string, string> };
}

type RawGroup = readonly [pending: Rows, failures: string[], retries: string[]];
type RawView = readonly [
  streams: readonly [Rows, Rows, Rows, Rows, Rows],
  groups: readonly RawGroup[],
  states: readonly string[][],
  suppressed: string[],
  requeued: readonly [string[], string[]],
];

export async function viewOf(trial: Trial): Promise<RedisView> {
  const raw = (await trial.redis.eval(VIEW, 0, trial.keys.prefix)) as RawView;
  const [[inEntries, also, out, inLetters, alsoLetters], groups, states, suppressed, requeued] = raw;
  const named = GROUPS.map(([stream, group], index) => {
    const [pending, failures, retries] = groups[index] ?? [[], [], []];
    return [`${stream}:${group}`, { pending, failures: mapOf(failures), retries }] as const;
  });
  return {
    in: inEntries,
    also,
    out,
    letters: { in: inLetters, also: alsoLetters },
    groups: Object.fromEntries(named),
    states: states.map(mapOf),
    suppressed: mapOf(suppressed),
    requeued: { in: mapOf(requeued[0]), also: mapOf(requeued[1]) },
  };
}

export function mapOf(flat: readonly string[]): Map<string, string> {
  const map = new Map<string, string>();
  for (let i = 0; i + 1 < flat.length; i += 2) map.set(flat[i] ?? '', flat[i + 1] ?? '');
  return map;
}
