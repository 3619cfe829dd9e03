import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Incoming } from '@octant/platform/bus/message';
import { subscription, type HandlerResult, type Subscription } from '@octant/platform/bus/subscription';
import { BOOK_GROUP, outputStreams, rootOf, rootStreams, type Root, type RootKind } from '../plan/roots.js';
import { startChild, type Running } from './child-process.js';
import { EventLog } from './event-log.js';
import { misbehave } from './misbehave.js';
import { openChildBus, type ChildBus } from './open-child-bus.js';
import { sendEffect } from './send-effect.js';
import type { ChaosSettings } from './settings.js';
import { effectTables, insertEffect } from './tables.js';

/** Share of the bus' replies that are lost on their way. */
const LOST_REPLIES = 0.01;

const payload = z.looseObject({ n: z.int(), key: z.string() });
type Payload = z.infer<typeof payload>;

const counter = z.object({ count: z.int(), sum: z.int() });

/** What handlers of this process share. */
interface Bench extends ChildBus {
  readonly settings: ChaosSettings;
  readonly events: EventLog;
  readonly send: ReturnType<typeof sendEffect>;
}

/** A worker: an agent with several instances, whose handlers have effects of all three kinds. */
async function run(settings: ChaosSettings): Promise<Running> {
  const parts = await openChildBus(settings, {
    agent: 'chaos-worker',
    instance: settings.name,
    failpoint: loseSomeReplies,
  });
  const events = new EventLog(settings.eventFile);
  const bench: Bench = { ...parts, settings, events, send: sendEffect(settings, parts.database) };
  await parts.bus.start([chain(bench), row(bench), send(bench), book(bench)]);
  const stop = async (): Promise<void> => {
    await parts.stop();
    events.close();
  };
  return { stop };
}

/** Stream to stream: the second hop hears of it, and a counter of the key goes up, in one commit. */
function chain(bench: Bench): Subscription {
  const running = new Set<string>();
  const handle = onRoot(bench, 'chain', async (root) => {
    const state = await bench.bus.state.read<unknown>(counterKey(root.key));
    const { count, sum } = state.version === 0 ? { count: 0, sum: 0 } : counter.parse(state.value);
    await sleep(root.workMs);
    return {
      messages: [outputOf(root)],
      state: [
        {
          key: counterKey(root.key),
          expectedVersion: state.version,
          value: { count: count + 1, sum: sum + root.n },
        },
      ],
    };
  });
  return subscription({
    ...rootStreams.chain,
    schema: payload,
    orderedBy: ({ key }) => key,
    handle: async (message) => {
      const { key } = message.payload;
      if (running.has(key)) bench.events.write('overlapped', rootStreams.chain.group, message);
      running.add(key);
      try {
        return await handle(message);
      } finally {
        running.delete(key);
      }
    },
  });
}

/** In Postgres: a row, and a message that leaves through the outbox. */
function row(bench: Bench): Subscription {
  const handle = onRoot(bench, 'row', async (root) => {
    await sleep(root.workMs);
    return {
      transaction: async (sql) => {
        await insertEffect(sql, effectTables.row, root.id);
        return [outputOf(root)];
      },
    };
  });
  return subscription({ ...rootStreams.row, schema: payload, handle });
}

/** At the provider, who does not look whether he was asked before. */
function send(bench: Bench): Subscription {
  const handle = onRoot(bench, 'send', async (root, message) => {
    await sleep(root.workMs);
    return bench.send(message, outputOf(root));
  });
  return subscription({ ...rootStreams.send, schema: payload, handle });
}

/** The second hop of the chain. */
function book(bench: Bench): Subscription {
  return subscription({
    stream: outputStreams.chain,
    group: BOOK_GROUP,
    schema: payload,
    handle: (message) => {
      bench.events.write('started', BOOK_GROUP, message);
      return {
        transaction: async (sql) => {
          await insertEffect(sql, effectTables.book, message.id);
          return [];
        },
        onCommitted: () => {
          bench.events.write('committed', BOOK_GROUP, message);
        },
      };
    },
  });
}

/** Notes what happens to a root, and lets it misbehave. */
function onRoot(
  { settings, events }: Bench,
  kind: RootKind,
  act: (root: Root, message: Incoming<Payload>) => Promise<HandlerResult>,
) {
  const { group } = rootStreams[kind];
  return async (message: Incoming<Payload>): Promise<HandlerResult> => {
    events.write('started', group, message);
    try {
      const root = rootOf(settings.plan, message.payload.n);
      misbehave(root, message.deliveries);
      const result = await act(root, message);
      const onCommitted = () => {
        result.onCommitted?.();
        events.write('committed', group, message);
      };
      return { ...result, onCommitted };
    } catch (error) {
      events.write('failed', group, message);
      throw error;
    }
  };
}

/** The step took effect, and nobody hears of it. */
function loseSomeReplies(point: string): Promise<void> | undefined {
  const isReply = point === 'commit.after' || point === 'fail.after';
  if (!isReply || Math.random() >= LOST_REPLIES) return undefined;
  return Promise.reject(new Error('read ECONNRESET'));
}

function outputOf({ kind, n, key }: Root) {
  return { stream: outputStreams[kind], type: 'chaos', payload: { n, key } };
}

function counterKey(key: string): string {
  return `counter:${key}`;
}

startChild(run);
