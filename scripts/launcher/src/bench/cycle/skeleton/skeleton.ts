import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import pg from 'pg';
import { z } from 'zod';
import type { Closing } from '../../../desk/closing.js';
import { dropDesk, type DeskName } from '../../../desk/drop-desk.js';
import { AGENTS } from '../../../fleet/agents.js';
import { NODE_FLAGS } from '../../../fleet/fleet.js';
import { StreamLog } from '../stream-log.js';
import { encodeBare, TABLE, type MessageSizes } from './message.js';

const PROGRAM = fileURLToPath(new URL('./bare-agent.js', import.meta.url));
const PATIENCE_MS = 60_000;
const POLL_MS = 100;
const readyWord = z.object({ ready: z.literal(true), sizingPort: z.number().optional() });

export interface SkeletonOptions {
  readonly servers: { readonly redis: { readonly url: string }; readonly postgres: { readonly url: string } };
  /** Its own Redis prefix and Postgres schema; both go with it. */
  readonly name: DeskName;
  readonly sizes: MessageSizes;
  readonly closing: Closing;
  readonly signal: AbortSignal;
}

export interface SkeletonRun {
  readonly steps: number;
  /** First steps that are not looked at. */
  readonly warmUp: number;
  /** Share of the steps in which the order before fills. */
  readonly fillRatio: number;
}

/** Eight processes that pass messages the way the desk's do, and do nothing else. */
export class Skeleton {
  readonly #options: SkeletonOptions;
  readonly #redis: Redis;
  readonly #log: StreamLog;
  readonly #children: readonly ChildProcess[];
  #lastStep = 0;

  private constructor(options: SkeletonOptions, children: readonly ChildProcess[]) {
    const { servers, name } = options;
    this.#options = options;
    this.#children = children;
    this.#redis = new Redis(servers.redis.url);
    this.#log = new StreamLog(new Redis(servers.redis.url), [
      `${name.prefix}market.candles`,
      `${name.prefix}exec.orders`,
    ]);
  }

  static async open(options: SkeletonOptions): Promise<Skeleton> {
    const { servers, name, sizes, closing } = options;
    closing.add(() => dropDesk(servers, name));
    await makeTable(servers.postgres.url, name.schema);
    const children = AGENTS.map(() =>
      fork(PROGRAM, { execArgv: NODE_FLAGS, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }),
    );
    const skeleton = new Skeleton(options, children);
    closing.add(() => skeleton.close());
    const access = { redisUrl: servers.redis.url, databaseUrl: servers.postgres.url, ...name, sizes };
    const ready = await Promise.all(
      AGENTS.map((agent, index) => tell(children[index], { agent, ...access }, options.signal)),
    );
    const sizingPort = ready.find((word) => word.sizingPort !== undefined)?.sizingPort;
    for (const child of children) child.send({ sizingPort });
    return skeleton;
  }

  /** Ms from a candle's entry to its order's entry, of the steps after the warm-up. */
  async run({ steps, warmUp, fillRatio }: SkeletonRun): Promise<readonly number[]> {
    const { name, sizes, signal } = this.#options;
    const firstStep = this.#lastStep + 1;
    this.#lastStep += steps;
    const message = { step: firstStep, lastStep: this.#lastStep, fillRatio, kind: 'plain' } as const;
    const candlesKey = `${name.prefix}market.candles`;
    const ordersKey = `${name.prefix}exec.orders`;
    await this.#redis.xadd(candlesKey, '*', 'data', encodeBare(message, sizes.messages['market.candles']));
    const deadline = performance.now() + PATIENCE_MS;
    while (this.#log.entries(ordersKey).length < this.#lastStep) {
      signal.throwIfAborted();
      if (performance.now() > deadline) throw new Error(`the skeleton stands still: ${this.#progress(ordersKey)}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    const orders = new Map(this.#log.entries(ordersKey).map(({ atMs, data }) => [data['step'], atMs]));
    return this.#log.entries(candlesKey).flatMap(({ atMs, data }) => {
      const orderAtMs = orders.get(data['step']);
      return orderAtMs === undefined || Number(data['step']) < firstStep + warmUp ? [] : [orderAtMs - atMs];
    });
  }

  /** Ends the processes; calling it again does nothing. */
  async close(): Promise<void> {
    await this.#log.stop();
    this.#redis.disconnect();
    await Promise.all(
      this.#children.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        await gone;
      }),
    );
  }

  #progress(ordersKey: string): string {
    return `expected ${this.#lastStep} orders, was ${this.#log.entries(ordersKey).length}`;
  }
}

/** Sends a process its settings and waits until it is ready. */
async function tell(
  child: ChildProcess | undefined,
  settings: object,
  signal: AbortSignal,
): Promise<z.infer<typeof readyWord>> {
  if (child === undefined) throw new Error('expected a process of the skeleton, was none');
  const timeout = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  const answer = once(child, 'message', { signal: timeout });
  child.send(settings);
  return readyWord.parse((await answer)[0]);
}

async function makeTable(databaseUrl: string, schema: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5000 });
  try {
    await client.connect();
    const name = pg.escapeIdentifier(schema);
    await client.query(`CREATE SCHEMA ${name}`);
    await client.query(`CREATE TABLE ${name}.${TABLE} (id bigserial PRIMARY KEY, data text NOT NULL)`);
  } finally {
    await client.end();
  }
}
