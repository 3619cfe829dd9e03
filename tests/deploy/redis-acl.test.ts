import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { dataPath, makeAcl } from '../../deploy/redis/make-acl.js';
import { readContractFacts } from '../../scripts/launcher/src/contracts/contract-facts.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const facts = readContractFacts(root);

test('the file of users is the one that is made', () => {
  expect(readFileSync(join(root, 'deploy/redis/users.acl.tmpl'), 'utf8')).toBe(makeAcl());
});

test.each(facts.agents)('$agent may read and publish what its source reads and publishes', ({ agent, ...source }) => {
  const groupOf = (stream: string) =>
    Object.entries(facts.streams[stream]?.groups ?? {}).find(([, group]) => group.agent === agent)?.[0];
  const reads = Object.fromEntries(source.subscriptions.map(({ stream }) => [stream, groupOf(stream)]));
  const publishes = [...new Set(source.publishes.map(({ stream }) => stream))].sort();
  const { reads: mayRead, publishes: mayPublish } = dataPath[agent] ?? { reads: {}, publishes: [] };
  expect({ reads: mayRead, publishes: [...mayPublish].sort() }).toEqual({ reads, publishes });
});
