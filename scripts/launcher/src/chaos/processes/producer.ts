import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { isPassingRedisFailure, openRedis } from '@octant/platform/bus/redis-connection';
import type { Outgoing } from '@octant/platform/bus/message';
import type { Publisher } from '@octant/platform/agent/definition';
import { rootOf, type Root } from '../plan/roots.js';
import { startChild, tellEngine, type Running } from './child-process.js';
import { openChildBus, type ChildBus } from './open-child-bus.js';
import type { ChaosSettings } from './settings.js';
import { findRoots, storeRoots } from './tables.js';

const TICK_MS = 10;
const MOST_AT_ONCE = 50;
const RETRY_MS = 50;
/** A raw entry is looked for among so many before it is added: nobody else keeps it from being there twice. */
const LOOK_BACK = 5_000;

let limit = 0;
/** Answers that are yet to be lost. */
let repliesToLose = 0;

/** The process that publishes the roots, from the first that is not known to be published. */
async function run(settings: ChaosSettings): Promise<Running> {
  const { plan } = settings;
  const parts = await openChildBus(settings, { agent: 'chaos-producer', failpoint: loseReplies });
  const raw = openRedis(settings.redisUrl, { name: 'chaos-raw', logger: parts.logger, commandTimeoutMs: 2_000 });
  const producer = new Producer(settings, parts, raw);
  await parts.bus.start([], {
    rebuild: async ({ bus }) => {
      if (!plan.rebuildable) return;
      const numbers = await findRoots(parts.database);
      await inBatches(numbers, (n) => publishOne(bus, rootOf(plan, n)));
    },
  });
  void producer.produce();
  const stop = async (): Promise<void> => {
    raw.disconnect();
    await parts.stop();
  };
  return { stop };
}

class Producer {
  readonly #settings: ChaosSettings;
  readonly #parts: ChildBus;
  readonly #raw: Redis;

  constructor(settings: ChaosSettings, parts: ChildBus, raw: Redis) {
    this.#settings = settings;
    this.#parts = parts;
    this.#raw = raw;
  }

  /** At the rate asked for, never past the limit; roots that are late are made up for. */
  async produce(): Promise<void> {
    const { plan, rate, firstRoot } = this.#settings;
    const startedAt = performance.now();
    for (let next = firstRoot; next < plan.messages;) {
      const due = firstRoot + Math.ceil(((performance.now() - startedAt) / 1_000) * rate);
      const end = Math.min(due, limit, plan.messages, next + MOST_AT_ONCE);
      if (end <= next) {
        await sleep(TICK_MS);
        continue;
      }
      await this.#publishBatch(next, end);
      next = end;
      tellEngine({ kind: 'published', below: next });
    }
  }

  async #publishBatch(from: number, to: number): Promise<void> {
    const { plan } = this.#settings;
    const numbers = Array.from({ length: to - from }, (_, index) => from + index);
    // What cannot be derived again is in Postgres before it is published.
    if (plan.rebuildable) await insist(() => storeRoots(this.#parts.database, numbers));
    await Promise.all(numbers.map((n) => insist(() => this.#publish(rootOf(plan, n)))));
  }

  async #publish(root: Root): Promise<void> {
    const { bus } = this.#parts;
    switch (root.publishing) {
      case 'raw_once':
        await this.#addOnce(root);
        return;
      case 'raw_twice':
        await this.#add(root, JSON.stringify(messageOf(root).payload));
        await this.#add(root, JSON.stringify(messageOf(root).payload));
        return;
      case 'lost_reply':
        repliesToLose += 1;
        await publishOne(bus, root);
        return;
      case 'twice':
        await publishOne(bus, root);
        await publishOne(bus, root);
        return;
      default:
        await publishOne(bus, root);
    }
  }

  async #addOnce(root: Root): Promise<void> {
    const latest = await this.#raw.xrevrange(this.#keyOf(root), '+', '-', 'COUNT', LOOK_BACK);
    if (latest.some(([, fields]) => fields.includes(root.id))) return;
    await this.#add(root, '{"n":');
  }

  async #add(root: Root, data: string): Promise<void> {
    await this.#raw.xadd(this.#keyOf(root), '*', 'data', data, 'id', root.id, 'type', 'chaos', 'v', '1');
  }

  #keyOf(root: Root): string {
    return `${this.#settings.prefix}${root.stream}`;
  }
}

function publishOne(bus: Publisher, root: Root): Promise<unknown> {
  return bus.publish(messageOf(root));
}

function messageOf(root: Root): Outgoing & { readonly id: string } {
  const { id, stream, n, key, fate } = root;
  return { id, stream, type: 'chaos', payload: fate === 'unparseable' ? { n } : { n, key } };
}

/** Until it works: a producer that gave up would prove nothing. */
async function insist<Result>(act: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!isPassingRedisFailure(error)) throw error;
      await sleep(RETRY_MS);
    }
  }
}

async function inBatches(numbers: readonly number[], act: (n: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < numbers.length; from += MOST_AT_ONCE) {
    await Promise.all(numbers.slice(from, from + MOST_AT_ONCE).map(act));
  }
}

function loseReplies(point: string): Promise<void> | undefined {
  if (point !== 'publish.after' || repliesToLose === 0) return undefined;
  repliesToLose -= 1;
  return Promise.reject(new Error('read ECONNRESET'));
}

startChild(run, (word) => {
  if (word.kind === 'limit') limit = word.below;
});
