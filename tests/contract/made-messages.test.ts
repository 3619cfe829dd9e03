import { describe, expect, test } from 'vitest';
import type { StreamContract } from '@octant/trading/messages/contracts/stream-contract';
import { streams as registry } from '@octant/trading/messages/streams';
import { payloadVariants } from '../../scripts/launcher/src/contracts/payload-fields.js';
import { madeMessages } from './made-messages.js';
import { isDocumented, pathsOf } from './payload-paths.js';

const streams: Readonly<Record<string, StreamContract>> = registry;
const made = await madeMessages();

describe.each(Object.entries(streams))('%s', (name, { schema, ids }) => {
  const variants = payloadVariants(schema);

  test('fits what the code makes: ids by rule, payloads of documented fields only', () => {
    for (const { agent, message } of made.filter((one) => one.message.stream === name)) {
      expect(schema.safeParse(message.payload)).toMatchObject({ success: true });
      const { fields } = variants.find(({ type }) => type === message.payload['type']) ?? variants[0] ?? { fields: [] };
      expect(pathsOf(message.payload).filter((path) => !isDocumented(fields, path))).toEqual([]);
      const rules = ids.filter(({ by }) => by === agent).map(({ id }) => patternOf(id));
      expect(
        rules.some((rule) => rule.test(message.id ?? '<derived>')),
        `${agent} made id ${String(message.id)}`,
      ).toBe(true);
    }
  });
});

test('the code was asked for messages of most streams', () => {
  const streamsMade = new Set(made.map(({ message }) => message.stream));
  expect(Object.keys(streams).filter((name) => !streamsMade.has(name))).toEqual([
    'analysis.signals',
    'analysis.progress',
    'risk.responses',
    'opt.requests',
  ]);
});

/** `status:<orderId>:<state>` as a pattern. */
function patternOf(rule: string): RegExp {
  const parts = rule.split(/<[^>]+>/).map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.+')}$`);
}
