import type { StreamContract } from '@octant/trading/messages/contracts/stream-contract';
import { seededRandom } from '@octant/trading/market/random';
import { streams } from '@octant/trading/messages/streams';
import { type Json, type Field, oddIdOf, oddJson, oddText, textWith } from './odd-values.js';

/** Of all groups of the test, the one that reads. */
export const GROUP = 'fuzz';

/** What must become of an entry: `repeated` = one of all entries of its id is handled, the others are answered. */
export type Fate = 'handled' | 'repeated' | 'dead' | 'passed';

export interface OddEntry {
  readonly stream: string;
  readonly kind: string;
  /** Names and values in turn. */
  readonly fields: readonly Field[];
  readonly fate: Fate;
  /** Message id, where it is one that comes again. */
  readonly repeatedId: string | undefined;
}

/** Material for one entry: a valid payload of a stream, and chance. */
interface Draft {
  readonly n: number;
  readonly random: () => number;
  readonly payload: Readonly<Record<string, Json>>;
}

type Make = (draft: Draft) => readonly Field[];

const below = (draft: Draft, limit: number) => Math.floor(draft.random() * limit);
const valid = (draft: Draft) => JSON.stringify(draft.payload);
const idOf = (draft: Draft) => `fuzz-${String(draft.n)}`;
const withData = (draft: Draft, data: Field): readonly Field[] => [
  'data',
  data,
  'id',
  idOf(draft),
  'type',
  'odd',
  'v',
  '1',
];

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

/** The payload with one more field, given as JSON text. */
function withField(draft: Draft, name: string, json: string): string {
  return `{${JSON.stringify(name)}:${json},${valid(draft).slice(1)}`;
}

function randomBytes(draft: Draft, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => below(draft, 256)));
}

function spliced(draft: Draft): Buffer {
  const text = Buffer.from(valid(draft));
  const at = below(draft, text.length);
  return Buffer.concat([text.subarray(0, at), randomBytes(draft, 1 + below(draft, 4)), text.subarray(at)]);
}

const HOSTILE_NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '', '\u0000', 'then'];

/** How entries are made, with how often. */
const makers: readonly (readonly [weight: number, kind: string, make: Make])[] = [
  [30, 'valid', (draft) => withData(draft, valid(draft))],
  [5, 'valid without an id', (draft) => ['data', valid(draft)]],
  [
    4,
    'future version that still fits',
    (draft) => ['v', '99', 'data', withField(draft, 'since99', '{"a":1}'), 'id', idOf(draft)],
  ],
  [
    3,
    'future version that does not fit',
    (draft) => ['v', '99', 'data', textWith(draft, { remove: true }), 'id', idOf(draft)],
  ],
  [8, 'field missing', (draft) => withData(draft, textWith(draft, { remove: true }))],
  [12, 'field of a wrong type', (draft) => withData(draft, textWith(draft, { json: oddJson(draft.random) }))],
  [
    4,
    'hostile name',
    (draft) => withData(draft, withField(draft, HOSTILE_NAMES[below(draft, 8)] ?? '', oddJson(draft.random))),
  ],
  [
    2,
    'hostile field of the entry',
    (draft) => [HOSTILE_NAMES[below(draft, 8)] ?? '', 'x', ...withData(draft, valid(draft))],
  ],
  [2, 'data twice', (draft) => [...withData(draft, valid(draft)), 'data', '{}']],
  [2, 'data twice, the wrong one first', (draft) => ['data', '{}', ...withData(draft, valid(draft))]],
  [1, 'id twice', (draft) => [...withData(draft, valid(draft)), 'id', 'another']],
  [5, 'cut off', (draft) => withData(draft, valid(draft).slice(0, below(draft, valid(draft).length)))],
  [3, 'bytes', (draft) => withData(draft, randomBytes(draft, below(draft, 200)))],
  [4, 'bytes in between', (draft) => withData(draft, spliced(draft))],
  [3, 'no object', (draft) => withData(draft, oddJson(draft.random))],
  [4, 'no data', (draft) => ['Data', valid(draft), oddText(draft.random), oddText(draft.random)]],
  [6, 'odd id', (draft) => ['data', valid(draft), 'id', oddIdOf(draft.random, draft.n)]],
  [3, 'repeated id', (draft) => ['data', valid(draft), 'id', `again-${String(draft.n % 40)}`]],
  [3, 'for another group', (draft) => ['group', 'somebody', ...withData(draft, oddText(draft.random))]],
  [1, 'for an odd group', (draft) => [...withData(draft, valid(draft)), 'group', oddText(draft.random)]],
  [1, 'for this group', (draft) => ['group', GROUP, ...withData(draft, valid(draft))]],
  [3, 'odd trace', (draft) => [...withData(draft, valid(draft)), 'traceparent', oddText(draft.random)]],
  [
    2,
    'odd version and type',
    (draft) => ['data', valid(draft), 'v', oddText(draft.random), 'type', oddText(draft.random)],
  ],
  [0.3, 'deep', (draft) => withData(draft, withField(draft, 'deep', nested(10_000)))],
  [0.3, 'deep in a known field', (draft) => withData(draft, textWith(draft, { json: nested(10_000) }))],
  [0.2, 'nothing but deep', (draft) => withData(draft, nested(10_000 + below(draft, 90_000)))],
  [0.1, 'deep and cut off', (draft) => withData(draft, '{"a":'.repeat(10_000))],
  [0.1, '64 KB', (draft) => withData(draft, withField(draft, 'large', JSON.stringify('x'.repeat(65_536))))],
  [
    0.1,
    '64 KB in a known field',
    (draft) => withData(draft, textWith(draft, { json: JSON.stringify('7'.repeat(65_536)) })),
  ],
  [0.05, 'many problems', (draft) => withData(draft, textWith(draft, { json: `[${'{},'.repeat(5_000)}{}]` }))],
  [
    0.05,
    'many fields',
    (draft) => [...withData(draft, '{}'), ...Array.from({ length: 9_000 }, (_unused, n) => String(n))],
  ],
];

/** Few, and sure to come. */
const largest: readonly Make[] = [
  (draft) => withData(draft, withField(draft, 'huge', JSON.stringify('x'.repeat(1_000_000)))),
  (draft) => withData(draft, 'x'.repeat(1_000_000)),
  (draft) => ['data', valid(draft), 'id', `${idOf(draft)}${'i'.repeat(1_000_000)}`],
  (draft) => ['data', valid(draft), 'note'.repeat(250_000), ''],
  (draft) => withData(draft, randomBytes(draft, 1_000_000)),
  (draft) => withData(draft, textWith(draft, { json: JSON.stringify('9'.repeat(1_000_000)) })),
];

const totalWeight = makers.reduce((sum, [weight]) => sum + weight, 0);

/** Entries for the desk's streams: the same for the same seed. */
export function* oddEntries(seed: number, count: number): Generator<OddEntry> {
  const random = seededRandom(seed);
  const contracts: readonly (readonly [string, StreamContract])[] = Object.entries(streams);
  const large = new Map(largest.map((make, index) => [Math.floor((count * (index + 0.5)) / largest.length), make]));
  for (let n = 0; n < count; n += 1) {
    const [stream, contract] = pick(contracts, random);
    const payload = pick(contract.examples, random) as Record<string, Json>;
    const [kind, make] = chooseMaker(random);
    const draft = { n, random, payload };
    const huge = large.get(n);
    const fields = (huge ?? make)(draft);
    const repeatedId = huge === undefined && kind === 'repeated id' ? `again-${String(n % 40)}` : undefined;
    const fate = fateOf(fields, contract);
    yield {
      ...{ stream, kind: huge === undefined ? kind : '1 MB', fields, repeatedId },
      fate: fate === 'handled' && repeatedId !== undefined ? 'repeated' : fate,
    };
  }
}

function chooseMaker(random: () => number): readonly [kind: string, make: Make] {
  let left = random() * totalWeight;
  for (const [weight, kind, make] of makers) {
    left -= weight;
    if (left < 0) return [kind, make];
  }
  throw new Error('expected the weights to add up');
}

function pick<Value>(values: readonly Value[], random: () => number): Value {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined) throw new Error('expected something to choose from, was nothing');
  return value;
}

/** By the rules that the contracts state, for the text that a reader gets. */
function fateOf(fields: readonly Field[], { schema }: StreamContract): Fate {
  const texts = fields.map((field) => field.toString());
  const first = (name: string) => {
    const at = texts.findIndex((text, index) => index % 2 === 0 && text === name);
    return at === -1 ? undefined : texts[at + 1];
  };
  const group = first('group');
  if (group !== undefined && group !== GROUP) return 'passed';
  const data = first('data');
  if (data === undefined) return 'dead';
  try {
    return schema.safeParse(JSON.parse(data)).success ? 'handled' : 'dead';
  } catch {
    return 'dead';
  }
}
