import { VirtualClock } from '@octant/platform/time/virtual-clock';
import { expect, test } from 'vitest';
import { MemoryQueue, ScriptedSender, aNotice } from '../testing/builders.js';
import { SlackDelivery } from './slack-delivery.js';

const webhooks = { warning: 'http://slack/w', critical: 'http://slack/c' };

function aDelivery() {
  const queue = new MemoryQueue();
  const sender = new ScriptedSender();
  const clock = new VirtualClock(1_000_000);
  const outcomes: string[] = [];
  const warnings: string[] = [];
  const delivery = new SlackDelivery({
    queue,
    sender,
    webhooks,
    settings: () => ({ timeoutMs: 1000, channels: { critical: '#desk' } }),
    clock,
    random: () => 1,
    logger: { warn: (_: unknown, text: string) => warnings.push(text), error: () => undefined } as never,
    onOutcome: (outcome) => outcomes.push(outcome),
  });
  return { queue, sender, clock, outcomes, warnings, delivery };
}

test('sends what waits, oldest first, each to the webhook and channel of its severity', async () => {
  const { queue, sender, delivery, outcomes } = aDelivery();
  queue.add(aNotice({ id: 'a' }));
  queue.add(aNotice({ id: 'b', severity: 'critical' }));
  await delivery.run();
  expect(sender.sent.map(({ url, channel }) => [url, channel])).toEqual([
    ['http://slack/w', undefined],
    ['http://slack/c', '#desk'],
  ]);
  expect(queue.states()).toEqual({ a: 'sent', b: 'sent' });
  expect(outcomes).toEqual(['sent', 'sent']);
});

test('a webhook that fails is left alone for a doubling while, and the other goes on', async () => {
  const { queue, sender, clock, delivery } = aDelivery();
  sender.outcomes = { 'http://slack/w': { kind: 'unavailable', reason: '500' } };
  queue.add(aNotice({ id: 'a' }));
  queue.add(aNotice({ id: 'b' }));
  queue.add(aNotice({ id: 'c', severity: 'critical' }));
  const attempts = async () => {
    await delivery.run();
    return sender.sent.filter(({ url }) => url === 'http://slack/w').length;
  };
  expect(await attempts()).toBe(1);
  expect(queue.states()).toEqual({ a: 'pending', b: 'untouched', c: 'sent' });
  expect(await attempts()).toBe(1);
  await clock.advance(500);
  expect(await attempts()).toBe(2);
  await clock.advance(999);
  expect(await attempts()).toBe(2);
  await clock.advance(1);
  expect(await attempts()).toBe(3);
  sender.outcomes = {};
  await clock.advance(60_000);
  await delivery.run();
  expect(queue.states()).toEqual({ a: 'sent', b: 'sent', c: 'sent' });
});

test('a rate limit holds all notices of the webhook until the time that Slack said', async () => {
  const { queue, sender, clock, delivery, outcomes } = aDelivery();
  sender.outcomes = { 'http://slack/w': { kind: 'rate_limited', retryAfterMs: 7000 } };
  queue.add(aNotice({ id: 'a' }));
  queue.add(aNotice({ id: 'b' }));
  await delivery.run();
  sender.outcomes = {};
  await clock.advance(6999);
  await delivery.run();
  expect(sender.sent).toHaveLength(1);
  await clock.advance(1);
  await delivery.run();
  expect(queue.states()).toEqual({ a: 'sent', b: 'sent' });
  expect(outcomes).toEqual(['rate_limited', 'sent', 'sent']);
});

test('a message that Slack refuses is failed, and the next one goes out', async () => {
  const { queue, sender, delivery } = aDelivery();
  queue.add(aNotice({ id: 'a' }));
  sender.outcomes = { 'http://slack/w': { kind: 'refused', reason: '400 invalid_payload' } };
  await delivery.run();
  sender.outcomes = {};
  queue.add(aNotice({ id: 'b' }));
  await delivery.run();
  expect(queue.states()).toEqual({ a: 'failed', b: 'sent' });
});

test('a severity without a webhook is never claimed', async () => {
  const { queue, sender, delivery } = aDelivery();
  queue.add(aNotice({ severity: 'info' }));
  await delivery.run();
  expect(sender.sent).toEqual([]);
});

test('a queue that cannot be read is asked again after a rest', async () => {
  const { queue, sender, clock, delivery, warnings } = aDelivery();
  queue.add(aNotice());
  queue.broken = true;
  delivery.wake();
  await expect.poll(() => warnings).toHaveLength(1);
  queue.broken = false;
  delivery.wake();
  await delivery.stop();
  expect(sender.sent).toEqual([]);
  expect(clock.sleeping).toBe(0);
});

test('nothing is begun after the stop', async () => {
  const { queue, sender, delivery } = aDelivery();
  await delivery.stop();
  queue.add(aNotice());
  await delivery.run();
  expect(sender.sent).toEqual([]);
});
