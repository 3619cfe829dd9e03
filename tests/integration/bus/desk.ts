import { fileURLToPath } from 'node:url';
import { type Logger, pino } from 'pino';
import { z } from 'zod';
import type { Bus } from '@octant/platform/bus/bus';
import type { BusObserver, MessageOutcome } from '@octant/platform/bus/bus-observer';
import type { BusTuning } from '@octant/platform/bus/bus-tuning';
import type { Failpoint } from '@octant/platform/bus/crash-points';
import { openBus } from '@octant/platform/bus/open-bus';
import { migrateDatabase } from '@octant/platform/postgres/migrate-database';
import { type OpenDatabase, openDatabase } from '@octant/platform/postgres/open-database';
import { freshDesk } from '../../support/test-servers.js';

export const silentLogger: Logger = pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' });

export const migrationsDirectory = fileURLToPath(new URL('../../../migrations', import.meta.url));

/** Payload of the tests' messages. */
export const workItem = z.looseObject({ key: z.string(), n: z.number() });
export type WorkItem = z.infer<typeof workItem>;

/** Counts what a bus reports. */
export class CountingObserver implements BusObserver {
  readonly outcomes: Record<MessageOutcome, number> = { handled: 0, duplicate: 0, retried: 0, dead_lettered: 0 };
  trimmedUnread = 0;
  requeued = 0;

  onOutcome(event: { readonly outcome: MessageOutcome }): void {
    this.outcomes[event.outcome] += 1;
  }

  onHandled(): void {
    // Durations are the metrics' concern.
  }

  onRequeued(): void {
    this.requeued += 1;
  }

  onTrimmedUnread(event: { readonly count: number }): void {
    this.trimmedUnread += event.count;
  }
}

/** Buses on a prefix of the test Redis and, when asked for, a schema of the test Postgres; all gone after `close`. */
export class TestDesk {
  readonly #desk = freshDesk('bus');
  readonly prefix = this.#desk.prefix;
  readonly schema = this.#desk.schema;
  readonly redis = this.#desk.redis;
  readonly redisUrl = this.#desk.redisUrl;
  readonly databaseUrl = this.#desk.databaseUrl;
  readonly #buses: Bus[] = [];
  #database: OpenDatabase | undefined;

  openBus(
    agent: string,
    options: { tuning?: Partial<BusTuning>; observer?: BusObserver; instance?: string; failpoint?: Failpoint } = {},
  ): Bus {
    const bus = openBus({
      redisUrl: this.redisUrl,
      prefix: this.prefix,
      agent,
      logger: silentLogger,
      ...(this.#database === undefined ? {} : { database: this.#database }),
      ...options,
    });
    this.#buses.push(bus);
    return bus;
  }

  /** Migrates a schema of its own; buses opened afterwards have it. */
  async openDatabase(): Promise<OpenDatabase> {
    await migrateDatabase({
      connection: this.databaseUrl,
      schema: this.schema,
      directory: migrationsDirectory,
      logger: silentLogger,
    });
    this.#database = openDatabase({ connection: this.databaseUrl, schema: this.schema, applicationName: 'bus-test' });
    return this.#database;
  }

  key(name: string): string {
    return `${this.prefix}${name}`;
  }

  /** Ids that a group has pending. */
  async pendingIds(stream: string, group: string): Promise<string[]> {
    const rows = (await this.redis.xpending(this.key(stream), group, '-', '+', 10_000)) as [string][];
    return rows.map(([id]) => id);
  }

  async payloads(stream: string): Promise<unknown[]> {
    const entries = await this.redis.xrange(this.key(stream), '-', '+');
    return entries.map(([, fields]) => JSON.parse(fields[fields.indexOf('data') + 1] ?? 'null') as unknown);
  }

  async close(): Promise<void> {
    await Promise.all(this.#buses.map((bus) => bus.stop(1_000)));
    await this.#database?.end();
    await this.#desk.drop();
  }
}

/** Resolves when `condition` holds; looks every few milliseconds. @throws after 20 s, naming what it waited for. */
export async function eventually(what: string, condition: () => Promise<boolean> | boolean): Promise<void> {
  const giveUpAtMs = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > giveUpAtMs) throw new Error(`expected in 20 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A promise with its resolver. */
export function gate(): { opened: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
