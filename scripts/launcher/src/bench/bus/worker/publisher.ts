import { setTimeout as sleep } from 'node:timers/promises';
import { openBus } from '@octant/platform/bus/open-bus';
import { createLogger } from '@octant/platform/observe/create-logger';
import { MESSAGE_TYPE, PREFIX, QUEUE, QUEUE_PREFIX } from '../names.js';
import { nowUs, numberText, padOf, type MeasuredPayload } from '../payload.js';
import type { PublisherSettings, Workload } from './protocol.js';

interface Target {
  publish(id: string, payload: MeasuredPayload): Promise<unknown>;
  close(): Promise<void>;
}

/** Publishes messages at an even pace, each with the time of its sending; it waits for none before the next is due. */
export async function runPublisher(settings: PublisherSettings): Promise<Workload> {
  const target = settings.to === 'bus' ? openBusTarget(settings) : await openQueueTarget(settings);
  const finished = publishAll(settings, target);
  finished.catch(() => undefined); // told when it is asked for
  return { finished: () => finished, stop: () => target.close() };
}

async function publishAll(settings: PublisherSettings, target: Target): Promise<{ perSecond: number }> {
  const { count, perSecond, bytes } = settings;
  const pad = padOf(bytes);
  const publish = (number: number): Promise<unknown> =>
    target.publish(`m${numberText(number)}`, { n: numberText(nowUs()), pad });
  await publish(1); // connected by then
  const underWay: Promise<unknown>[] = [Promise.resolve()];
  const startUs = nowUs();
  while (underWay.length < count) {
    const due = Math.min(count, Math.floor(((nowUs() - startUs) / 1e6) * perSecond));
    while (underWay.length < due) underWay.push(publish(underWay.length + 1));
    await sleep(1);
  }
  const takenUs = nowUs() - startUs;
  await Promise.all(underWay);
  return { perSecond: count / (takenUs / 1e6) };
}

function openBusTarget({ redisUrl, durability, stream }: PublisherSettings): Target {
  const logger = createLogger({
    service: 'publisher',
    level: 'error',
    secrets: [],
    write: (line) => process.stderr.write(line),
  });
  const bus = openBus({
    redisUrl,
    prefix: PREFIX,
    agent: 'bench-publisher',
    logger,
    durability: durability === 'always' ? 'strict' : 'relaxed',
  });
  return {
    publish: (id, payload) => bus.publish({ stream, type: MESSAGE_TYPE, id, payload }),
    close: () => bus.stop(0),
  };
}

async function openQueueTarget({ redisUrl }: PublisherSettings): Promise<Target> {
  const { Queue } = await import('bullmq');
  const queue = new Queue<MeasuredPayload>(QUEUE, { connection: { url: redisUrl }, prefix: QUEUE_PREFIX });
  await queue.waitUntilReady();
  return {
    publish: (id, payload) => queue.add(MESSAGE_TYPE, payload, { jobId: id }),
    close: () => queue.close(),
  };
}
