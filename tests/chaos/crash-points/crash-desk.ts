import { isDeepStrictEqual } from 'node:util';
import { pino } from 'pino';
import type { Bus } from '@octant/platform/bus/bus';
import { openBus } from '@octant/platform/bus/open-bus';
import type { FreshDesk } from '../../support/test-servers.js';
import type { Provider } from './provider.js';
import type { Job } from './process-pool.js';
import { type Ledger, ROOTS, expectedLedger, keysOf } from './ledger.js';
import { type Combination, type Kind, type Situation, countOfKind, situations } from './situations.js';

/** No unique key on the effects: one that happened twice is two rows. */
export const CRASH_TABLES = `
CREATE TABLE crash_roots (desk text, kind text, key text, PRIMARY KEY (desk, key));
CREATE TABLE crash_asked (desk text PRIMARY KEY);
CREATE TABLE crash_cured (desk text PRIMARY KEY);
CREATE TABLE crash_rows (desk text, key text);
`;

const BALLAST_LEFT = 110;
const PATIENCE_MS = 30_000;
/** A desk of its own for one combination: keys and ids that begin with its name. */
export class CrashDesk {
  readonly name: string;
  readonly expected: Ledger;
  readonly #servers: FreshDesk;
  readonly #provider: Provider;
  readonly #situation: Situation;
  readonly #prefix: string;
  readonly #groups: readonly string[];
  readonly #inOneProcess: boolean;

  constructor(servers: FreshDesk, provider: Provider, about: { number: number; combination: Combination }) {
    this.#servers = servers;
    this.#provider = provider;
    this.#situation = situations[about.combination.situation];
    this.name = `d${String(about.number)}`;
    this.#prefix = `${servers.prefix}${this.name}:`;
    const { kinds } = this.#situation;
    this.#inOneProcess = about.combination.fault === 'drop';
    this.#groups = kinds.includes('curable') ? ['workers', 'bystanders'] : ['workers'];
    this.expected = expectedLedger(this.#situation, this.#groups);
  }

  job(instance: string, fault?: Job['fault']): Job {
    const { redisUrl, databaseUrl, schema } = this.#servers;
    return {
      redisUrl,
      databaseUrl,
      schema,
      providerUrl: this.#provider.url,
      prefix: this.#prefix,
      name: this.name,
      agent: this.#agent,
      instance,
      groups: this.#groups,
      kinds: this.#situation.kinds,
      ...(fault === undefined ? {} : { fault }),
    };
  }

  /** Puts there what is there before the process starts. */
  async prepare(): Promise<void> {
    const { kinds, oldRows } = this.#situation;
    const { sql } = this.#servers;
    const roots = kinds
      .filter((kind) => ROOTS.includes(kind))
      .flatMap((kind) => keysOf(kind).map((key) => [kind, key]));
    await sql.query('INSERT INTO crash_roots (desk, kind, key) SELECT $1, * FROM unnest($2::text[], $3::text[])', [
      this.name,
      roots.map(([kind]) => kind),
      roots.map(([, key]) => key),
    ]);
    if (kinds.includes('ballast')) await this.#addBallast();
    if (kinds.includes('suspect')) await this.#leavePending('suspect', `${this.#agent}.a`, 3);
    if (kinds.includes('left')) await this.#leavePending('left', 'vanished', 1);
    if (oldRows === true) await this.#addOldRows();
  }

  /** Lets the handlers of `held` messages end. */
  async openGate(): Promise<void> {
    await this.#servers.redis.xadd(this.#key('gate'), '*', 'open', 'yes');
  }

  /** Empties this desk's part of Redis at once, as FLUSHALL would. */
  async flush(): Promise<void> {
    const script = `local keys = redis.call('KEYS', ARGV[1])
      if #keys > 0 then redis.call('DEL', unpack(keys)) end`;
    await this.#servers.redis.eval(script, 0, `${this.#prefix}*`);
  }

  /** Resolves when the servers have what they should; after a long time, whatever they have. */
  async settled(): Promise<Ledger> {
    const giveUpAtMs = Date.now() + PATIENCE_MS;
    for (;;) {
      const ledger = await this.ledger();
      if (isDeepStrictEqual(ledger, this.expected) || Date.now() > giveUpAtMs) return ledger;
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
  }

  /** As `settled`. @throws when the servers have not what they should. */
  async done(who: string): Promise<void> {
    const ledger = await this.settled();
    if (isDeepStrictEqual(ledger, this.expected)) return;
    throw new Error(`expected that ${who} does all, was ${JSON.stringify(ledger)}`);
  }

  async ledger(): Promise<Ledger> {
    const { redis } = this.#servers;
    const [work, outputs, dead, counter, timer] = await Promise.all([
      this.#entries('work'),
      this.#entries('out'),
      this.#entries('work.dlq'),
      redis.hget(this.#key('~state:counter'), 'd'),
      redis.hget(this.#key('~state:timer'), 'd'),
    ]);
    const roots = work.filter((fields) => fields['id'] !== undefined);
    const byDelivery = (again: boolean) => roots.filter((fields) => (fields['group'] !== undefined) === again);
    const left = work.length - roots.length;
    return {
      published: byDelivery(false)
        .map((fields) => this.#own(fields['id']))
        .sort(),
      requeued: byDelivery(true)
        .map((fields) => this.#own(fields['id']))
        .sort(),
      outputs: outputs.map(({ data }) => (JSON.parse(data ?? '{}') as { of: string }).of).sort(),
      ...(await this.#readRows()),
      orders: this.#provider
        .doneOf(`${this.name}:`)
        .map((id) => this.#own(id))
        .sort(),
      counter: counter === null ? 0 : (JSON.parse(counter) as { count: number }).count,
      ticks: timer === null ? 0 : (JSON.parse(timer) as { ticks: number }).ticks,
      dead: dead.map((fields) => this.#readLetter(fields)).sort(),
      groups: Object.fromEntries(
        await Promise.all(this.#groups.map(async (group) => [group, await this.#readGroup(group)] as const)),
      ),
      ballast: left <= BALLAST_LEFT ? 'as it should be' : left,
    };
  }

  async #readRows(): Promise<Pick<Ledger, 'rows' | 'outbox' | 'unconfirmed' | 'oldRows'>> {
    const { rows } = await this.#servers.sql.query<
      Record<'keys' | 'outbox' | 'unpublished' | 'unconfirmed' | 'old', unknown>
    >(
      `SELECT (SELECT coalesce(json_agg(key ORDER BY key COLLATE "C"), '[]') FROM crash_rows WHERE desk = $1) AS keys,
              (SELECT count(*)::int FROM outbox WHERE agent = $2 AND message_id <> 'old') AS outbox,
              (SELECT count(*)::int FROM outbox WHERE agent = $2 AND published_at IS NULL) AS unpublished,
              (SELECT count(*)::int FROM external_effects WHERE starts_with(effect_key, $3) AND state <> 'confirmed')
                AS unconfirmed,
              (SELECT count(*)::int FROM outbox WHERE agent = $2 AND message_id = 'old')
                + (SELECT count(*)::int FROM inbox WHERE consumer = $2) AS old`,
      [this.name, this.#agent, `${this.name}:`],
    );
    const [row] = rows;
    return {
      rows: row?.keys as string[],
      outbox: { rows: row?.outbox as number, unpublished: row?.unpublished as number },
      unconfirmed: row?.unconfirmed as number,
      oldRows: row?.old as number,
    };
  }

  /** In one process each failure that counts is one of a try; deliveries by others count tries of others not. */
  #readLetter({ id, reason = '', failures = '', deliveries = '' }: Record<string, string | undefined>): string {
    const letter = `${this.#own(id)} ${reason}, ${failures} failed`;
    const isTwice = this.#inOneProcess && Number(failures) > Number(deliveries);
    return isTwice ? `${letter} in ${deliveries} deliveries` : letter;
  }

  async #readGroup(group: string): Promise<Ledger['groups'][string]> {
    const { redis } = this.#servers;
    const key = this.#key('work');
    try {
      const [stream, groups, failures, retries] = await Promise.all([
        redis.call('XINFO', 'STREAM', key) as Promise<unknown[]>,
        redis.call('XINFO', 'GROUPS', key) as Promise<unknown[][]>,
        redis.hlen(this.#key(`~failures:work:${group}`)),
        redis.zcard(this.#key(`~retries:work:${group}`)),
      ]);
      const facts = groups.map(toRecord).find(({ name }) => name === group);
      if (facts === undefined) return undefined;
      const behind = facts['last-delivered-id'] !== toRecord(stream)['last-generated-id'];
      return { pending: Number(facts['pending']), failures, retries, behind };
    } catch (error) {
      if (error instanceof Error && error.message.includes('no such key')) return undefined;
      throw error;
    }
  }

  async #entries(stream: string): Promise<Record<string, string | undefined>[]> {
    const entries = await this.#servers.redis.xrange(this.#key(stream), '-', '+');
    return entries.map(([, fields]) => toRecord(fields) as Record<string, string | undefined>);
  }

  async #addBallast(): Promise<void> {
    const adding = this.#servers.redis.multi();
    for (let n = 1; n <= countOfKind.ballast; n += 1) {
      adding.xadd(this.#key('work'), `1-${String(n)}`, 'data', JSON.stringify({ kind: 'ballast', key: String(n) }));
    }
    await adding.exec();
  }

  /** A message of the kind is published, and was delivered to a consumer so often. */
  async #leavePending(kind: Kind, consumer: string, deliveries: number): Promise<void> {
    const { redis, redisUrl } = this.#servers;
    const work = this.#key('work');
    const [key = ''] = keysOf(kind);
    const bus: Bus = openBus({ redisUrl, prefix: this.#prefix, agent: 'arranger', logger: pino({ level: 'silent' }) });
    const { entryId } = await bus.publish({
      stream: 'work',
      type: 'root',
      id: `${this.name}:${key}`,
      payload: { kind, key },
    });
    await bus.stop(0);
    await redis.xgroup('CREATE', work, 'workers', '0');
    await redis.xreadgroup('GROUP', 'workers', consumer, 'STREAMS', work, '>');
    const { tries } = this.#situation;
    // Each try was a delivery.
    const delivered = deliveries + Object.values(tries ?? {}).reduce((sum: number, count: number) => sum + count, 0);
    const facts = ['IDLE', '3600000', 'RETRYCOUNT', String(delivered), 'JUSTID'];
    await redis.call('XCLAIM', work, 'workers', consumer, '0', entryId, ...facts);
    if (tries === undefined) return;
    const record = { counted: 0, transient: 0, firstMs: Date.now(), attempt: '', ...tries };
    await redis.hset(this.#key('~failures:work:workers'), entryId, JSON.stringify(record));
  }

  async #addOldRows(): Promise<void> {
    const { sql } = this.#servers;
    await sql.query(
      `INSERT INTO outbox (agent, stream, type, message_id, payload, published_at)
       VALUES ($1, 'out', 'done', 'old', '{"of":"old"}', now() - interval '20 days')`,
      [this.#agent],
    );
    await sql.query(
      `INSERT INTO inbox (consumer, message_id, handled_at) VALUES ($1, 'old', now() - interval '70 days')`,
      [this.#agent],
    );
  }

  get #agent(): string {
    return `crash-${this.name}`;
  }

  #key(name: string): string {
    return `${this.#prefix}${name}`;
  }

  #own(id = ''): string {
    return id.startsWith(`${this.name}:`) ? id.slice(this.name.length + 1) : id;
  }
}

function toRecord(flat: readonly unknown[]): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (let i = 0; i + 1 < flat.length; i += 2) record[String(flat[i])] = flat[i + 1];
  return record;
}
