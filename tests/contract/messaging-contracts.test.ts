import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { retryDelayMs } from '@octant/platform/bus/backoff';
import { defaultTuning } from '@octant/platform/bus/bus-tuning';
import { letterFields } from '@octant/platform/bus/dead-letter';
import { failScript } from '@octant/platform/bus/lua/fail';
import { markerFunctions, publishFunction } from '@octant/platform/bus/lua/fragments';
import { requeueScript } from '@octant/platform/bus/lua/requeue';
import { deadLetterFields, deadLetterReasons, entryFields } from '@octant/platform/bus/wire-fields';
import type { StreamContract } from '@octant/trading/messages/contracts/stream-contract';
import { reservedStreams } from '@octant/trading/messages/streams';
import { readContractFacts } from '../../scripts/launcher/src/contracts/contract-facts.js';
import { findDifference } from '../../scripts/launcher/src/contracts/find-difference.js';
import { payloadVariants } from '../../scripts/launcher/src/contracts/payload-fields.js';
import { renderDocument } from '../../scripts/launcher/src/contracts/render-document.js';
import { isDocumented, pathsOf, withoutPath } from './payload-paths.js';
import { declaredSubscriptions } from './wire-agents.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const facts = readContractFacts(root);
const { streams } = facts;
const names = Object.keys(streams);
const declared = await declaredSubscriptions();

function contractOf(stream: string): StreamContract {
  const contract = streams[stream];
  if (contract === undefined) throw new Error(`expected a stream of the registry, was ${stream}`);
  return contract;
}

test('docs/messaging-contracts.md is what the code says; `npm run contracts` writes it', () => {
  expect(readFileSync(`${root}docs/messaging-contracts.md`, 'utf8')).toBe(renderDocument(facts));
});

test('a stream, group, handler, producer, field, key, setting or crash point more or less is another document', () => {
  const { 'risk.requests': one, ...others } = facts.streams;
  const { 'read.before': _point, ...points } = facts.crashPoints;
  if (one === undefined) throw new Error('expected a stream risk.requests');
  const planted: Partial<typeof facts>[] = [
    { streams: others },
    { streams: { ...facts.streams, 'risk.more': one } },
    { streams: { ...others, 'risk.requests': { ...one, groups: {} } } },
    { streams: { ...others, 'risk.requests': { ...one, schema: z.looseObject({ more: z.string() }) } } },
    { agents: facts.agents.map((agent) => ({ ...agent, publishes: agent.publishes.slice(1) })) },
    { agents: facts.agents.map((agent) => ({ ...agent, subscriptions: [] })) },
    { keys: facts.keys.slice(1) },
    { tuning: facts.tuning.slice(1) },
    { deadLettersKeepMs: 1 },
    { crashPoints: points },
    { crashPoints: { ...facts.crashPoints, 'read.between': 'something holds' } },
  ];
  const real = renderDocument(facts);
  const unseen = planted.filter(
    (change) => findDifference(renderDocument({ ...facts, ...change }), real) === undefined,
  );
  expect(unseen).toEqual([]);
});

describe('the registry of streams', () => {
  test('names each group once, and the agents subscribe to exactly these', () => {
    const documented = names.flatMap((stream) =>
      Object.entries(contractOf(stream).groups).map(([group, { agent }]) => `${stream} ${group} ${agent}`),
    );
    const subscribed = declared.map(({ agent, subscription: { stream, group } }) => `${stream} ${group} ${agent}`);
    expect(subscribed.sort()).toEqual(documented.sort());
  });

  test('has the schema that each subscription parses with', () => {
    const others = declared.filter(({ subscription: { stream, schema } }) => contractOf(stream).schema !== schema);
    expect(others).toEqual([]);
  });

  test('says by which key each group orders, and what it takes', () => {
    for (const { subscription } of declared) {
      const { stream, group, accepts, orderedBy } = subscription;
      const { examples, groups } = contractOf(stream);
      const contract = groups[group];
      const taken = examples.filter((example) => accepts?.(example) ?? true);
      expect(accepts === undefined, `${stream} ${group} takes`).toBe(contract?.takes === undefined);
      const types = [...(contract?.takes ?? '').matchAll(/`(\w+)`/g)].map(([, type]) => type);
      if (types.length > 0) expect(taken.map(({ type }) => type).sort(), `${stream} ${group}`).toEqual(types.sort());
      for (const example of taken) {
        const key = contract?.orderedBy ?? undefined;
        const expected = key?.replace(/^<(\w+)>$/, (_, field: string) => String(example[field]));
        expect(orderedBy?.(example), `${stream} ${group} is ordered by`).toBe(expected);
      }
    }
  });

  test('keeps its reserved names free', () => {
    const used = [...names, ...facts.agents.flatMap(({ publishes }) => publishes.map(({ stream }) => stream))];
    expect(reservedStreams.filter((name) => used.includes(name))).toEqual([]);
  });
});

describe('the sources of the agents', () => {
  test('publish to each stream from exactly the agents that the registry names', () => {
    const inSource = facts.agents.flatMap(({ agent, publishes }) =>
      publishes.map(({ stream }) => `${stream} ${agent}`),
    );
    const documented = names.flatMap((stream) => contractOf(stream).producers.map((agent) => `${stream} ${agent}`));
    expect([...new Set(inSource)].sort()).toEqual(documented.sort());
  });

  test('subscribe as the wired agents do, and every handler file is used', () => {
    const found = facts.agents.flatMap(({ agent, subscriptions }) =>
      subscriptions.map(({ stream }) => `${stream} ${agent}`),
    );
    expect(found.sort()).toEqual(declared.map(({ agent, subscription }) => `${subscription.stream} ${agent}`).sort());
    const used = facts.agents.flatMap(({ subscriptions }) => subscriptions.flatMap(({ handlers }) => handlers));
    const files = facts.agents.flatMap(({ agent }) => {
      const folder = `agents/${agent}/src/handlers`;
      const all = existsSync(root + folder) ? readdirSync(root + folder) : [];
      return all.filter((file) => !file.endsWith('.test.ts')).map((file) => `${folder}/${file}`);
    });
    expect([...new Set(used)].sort()).toEqual(files.sort());
  });

  test('make ids that begin as the registry says', () => {
    for (const { agent, publishes } of facts.agents) {
      for (const { stream, idHead, file } of publishes) {
        const rules = contractOf(stream).ids.filter(({ by }) => by === agent);
        const fits = rules.some(({ id }) => (idHead === undefined ? id === '<input>/<index>' : id.startsWith(idHead)));
        expect(fits, `${stream}: expected an id rule of ${agent} that begins with "${String(idHead)}" (${file})`).toBe(
          true,
        );
      }
    }
  });
});

test.each(names)('%s: each id rule is that of a message in the source', (name) => {
  const unused = contractOf(name).ids.filter(({ by, id }) => {
    const publishes = facts.agents.find(({ agent }) => agent === by)?.publishes ?? [];
    const heads = publishes.filter(({ stream }) => stream === name).map(({ idHead }) => idHead);
    return !heads.some((head) => (head === undefined ? id === '<input>/<index>' : id.startsWith(head)));
  });
  expect(unused).toEqual([]);
});

describe.each(names)('%s', (name) => {
  const { schema, ids, producers, examples } = contractOf(name);
  const variants = payloadVariants(schema);

  test('has an id rule of every producer and of nobody else', () => {
    expect([...new Set(ids.map(({ by }) => by))].sort()).toEqual([...producers].sort());
  });

  test('describes every field that is no constant', () => {
    const fields = variants.flatMap((variant) => variant.fields);
    expect(fields.filter(({ path, meaning }) => path !== 'type' && meaning === '')).toEqual([]);
  });

  test('has one valid example of each kind, without undocumented fields, that breaks when a required field is missing', () => {
    expect(examples.map(({ type }) => type).sort()).toEqual(
      variants.map(({ type }, index) => type ?? examples[index]?.['type']).sort(),
    );
    for (const [index, example] of examples.entries()) {
      expect(schema.safeParse(example)).toMatchObject({ success: true });
      const { fields } = variants.find(({ type }) => type === example['type']) ?? variants[index] ?? { fields: [] };
      expect(pathsOf(example).filter((path) => !isDocumented(fields, path))).toEqual([]);
      for (const { path } of fields.filter(({ required }) => required)) {
        const without = withoutPath(example, path);
        if (without !== undefined) expect(schema.safeParse(without).success, `without ${path}`).toBe(false);
      }
    }
  });
});

describe('the bus', () => {
  test('documents every key, every setting, and no other', () => {
    expect([...facts.keys, ...facts.tuning].filter(({ doc }) => doc === '')).toEqual([]);
    expect(facts.keys.filter(({ template }) => template === undefined)).toEqual([]);
    expect(facts.tuning.map(({ name }) => name).sort()).toEqual(Object.keys(defaultTuning).sort());
  });

  test('writes the documented fields of an entry', () => {
    const added = [
      ...publishFunction.matchAll(/'(data|id|type|v|traceparent|\w+)', (?:data|id|kind|'1'|traceparent)/g),
    ];
    const fields = added.map(([, field]) => field);
    expect(requeueScript).toContain("'group', fields['group']");
    expect([...fields, 'group']).toEqual(Object.keys(entryFields));
  });

  test('writes the documented fields of a dead letter, for the documented reasons', () => {
    const delivery = {
      entry: { stream: 's', entryId: '1-0', fields: ['id', 'a'] },
      header: { data: '{}', messageId: 'a', type: 't', schemaVersion: '1', traceparent: undefined },
      subscription: { group: 'g' },
      deliveries: 1,
      runs: 1,
    } as unknown as Parameters<typeof letterFields>[0];
    const known = letterFields(delivery, 'c', new Error('why')).filter((_, index) => index % 2 === 0);
    const [, added = ''] = /local facts = \{\n([^}]*)\n\}/.exec(failScript) ?? [];
    const ofTheScript = [...added.matchAll(/^ *'(\w+)',/gm)].map(([, field]) => field);
    expect([...known, ...ofTheScript]).toEqual(Object.keys(deadLetterFields));
    const reasons = [...failScript.matchAll(/reason = '(\w+)'/g)].map(([, reason]) => reason);
    expect(reasons.sort()).toEqual(Object.keys(deadLetterReasons).sort());
  });

  test('looks for repeated ids in the markers of three weeks', () => {
    expect(markerFunctions).toContain('/ 604800)');
    expect(markerFunctions).toMatch(/now - 2/);
  });

  test('waits between retries as documented', () => {
    const rule = { baseMs: defaultTuning.backoffBaseMs, capMs: defaultTuning.backoffCapMs };
    const longest = (attempt: number) => retryDelayMs(attempt, rule, { random: () => 1 });
    expect([1, 2, 3].map(longest)).toEqual([1, 2, 4].map((factor) => rule.baseMs + rule.baseMs * factor));
    expect(longest(40)).toBe(rule.capMs);
    expect(retryDelayMs(40, rule, { random: () => 0 })).toBe(rule.baseMs);
  });
});
