import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PermanentError } from '@octant/platform/errors/errors';
import { readLetter } from '@octant/platform/bus/dead-letter';
import { openBus } from '@octant/platform/bus/open-bus';
import { subscription } from '@octant/platform/bus/subscription';
import type { StreamContract } from '@octant/trading/messages/contracts/stream-contract';
import { streams } from '@octant/trading/messages/streams';
import { CountingObserver, TestDesk, eventually, workItem } from './desk.js';
import { type Fate, GROUP, type OddEntry, oddEntries } from './fuzz/odd-entries.js';

/** `FUZZ_ENTRIES=100000 npm test -- tests/integration/bus/fuzz.test.ts` takes more, `FUZZ_SEED` others. */
const COUNT = Number(process.env['FUZZ_ENTRIES'] ?? 10_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 4);
const CHUNK = 400;
const LARGEST_GROWTH_BYTES = 150 * 1024 * 1024;
/** Of the log, characters, whatever the payload. */
const LONGEST_LINE = 20_000;
const STANDSTILL_MS = 30_000;

const contracts: readonly (readonly [string, StreamContract])[] = Object.entries(streams);

/** What must become of every entry, by stream and entry id. */
class Expectations {
  readonly byFate: Record<Fate, Set<string>> = {
    handled: new Set(),
    repeated: new Set(),
    dead: new Set(),
    passed: new Set(),
  };
  readonly repeatedMessages = new Set<string>();
  readonly kinds = new Set<string>();

  add({ stream, fate, kind, repeatedId }: OddEntry, entryId: string): void {
    this.byFate[fate].add(`${stream} ${entryId}`);
    this.kinds.add(`${kind}: ${fate}`);
    if (fate === 'repeated') this.repeatedMessages.add(`${stream} ${String(repeatedId)}`);
  }
}

function heapAfterCollection(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}

describe('a consumer among random entries', () => {
  let desk: TestDesk;
  beforeAll(() => {
    desk = new TestDesk();
  });
  afterAll(() => desk.close());

  async function addAll(expected: Expectations): Promise<void> {
    let chunk: OddEntry[] = [];
    const flush = async () => {
      const pipeline = desk.redis.pipeline();
      for (const { stream, fields } of chunk) pipeline.call('XADD', desk.key(stream), '*', ...fields);
      for (const [index, [error, id]] of ((await pipeline.exec()) ?? []).entries()) {
        if (error !== null) throw error;
        const entry = chunk[index];
        if (entry !== undefined) expected.add(entry, String(id));
      }
      chunk = [];
    };
    for (const entry of oddEntries(SEED, COUNT)) {
      chunk.push(entry);
      if (chunk.length === CHUNK) await flush();
    }
    await flush();
  }

  /** Looks at every dead letter; answers where they came from. */
  async function readLetters(): Promise<Set<string>> {
    const found = new Set<string>();
    for (const [stream] of contracts) {
      for (let from = '-'; ;) {
        const page = await desk.redis.xrange(desk.key(`${stream}.dlq`), from, '+', 'COUNT', 200);
        for (const [id, fields] of page) {
          const letter = readLetter(id, fields, false);
          expect(letter).toMatchObject({ stream, group: GROUP, reason: 'permanent', effect: 'none' });
          expect(letter.error).toMatchObject({ class: 'PermanentError', code: 'unparseable' });
          expect(letter.error.message).toMatch(/^expected /);
          expect(letter.messageId).not.toBe('');
          // As the API will; what nests too deep for that would break the whole list.
          JSON.stringify(letter);
          found.add(`${stream} ${letter.entryId}`);
        }
        const last = page.at(-1);
        if (last === undefined) break;
        from = `(${last[0]}`;
      }
    }
    return found;
  }

  it(
    'handles each that can be read once, gives each other up with a reason, and passes over those of others',
    { timeout: 120_000 + COUNT * 15 },
    async () => {
      const expected = new Expectations();
      await addAll(expected);
      const observer = new CountingObserver();
      const errors = new Map<string, number>();
      let longestLine = 0;
      const logger = pino(
        { level: 'warn' },
        {
          write: (line: string) => {
            longestLine = Math.max(longestLine, line.length);
            const { msg } = JSON.parse(line) as { msg: string };
            errors.set(msg, (errors.get(msg) ?? 0) + 1);
          },
        },
      );
      const before = heapAfterCollection();
      const bus = openBus({ redisUrl: desk.redisUrl, prefix: desk.prefix, agent: 'fuzzed', logger, observer });
      const handled = new Set<string>();
      const settled = () => observer.outcomes.handled + observer.outcomes.duplicate + observer.outcomes.dead_lettered;
      try {
        await bus.start(
          contracts.map(([stream, { schema }]) =>
            subscription({
              ...{ stream, group: GROUP, schema },
              handle: ({ entryId }) => {
                handled.add(`${stream} ${entryId}`);
                return {};
              },
            }),
          ),
        );
        await untilStill(settled, COUNT - expected.byFate.passed.size);
        await eventually('nothing is pending', async () => (await pendingOf(desk)) === 0);
      } finally {
        await bus.stop(2_000);
      }
      const { handled: once, repeated, dead, passed } = expected.byFate;
      expect(Object.fromEntries(errors)).toEqual({ 'message dead-lettered': dead.size });
      expect(observer.outcomes).toEqual({
        handled: once.size + expected.repeatedMessages.size,
        duplicate: repeated.size - expected.repeatedMessages.size,
        dead_lettered: dead.size,
        retried: 0,
      });
      expect(settled() + passed.size).toBe(COUNT);
      expect(longestLine).toBeLessThan(LONGEST_LINE);
      expect([...once].filter((entry) => !handled.has(entry))).toEqual([]);
      expect([...handled].filter((entry) => !once.has(entry) && !repeated.has(entry))).toEqual([]);
      expect(heapAfterCollection() - before).toBeLessThan(LARGEST_GROWTH_BYTES);
      const letters = await readLetters();
      expect([...dead].filter((entry) => !letters.has(entry))).toEqual([]);
      expect(letters.size).toBe(dead.size);
      expect(Reflect.get({}, 'polluted')).toBeUndefined();
    },
  );

  it('refuses to requeue an entry of more fields than Redis can be handed by a script, and announces nothing', async () => {
    const observer = new CountingObserver();
    const bus = desk.openBus('many-fields', { observer });
    const fields = Array.from({ length: 8_000 }, (_unused, n) => String(n));
    await desk.redis.xadd(desk.key('many'), '*', 'id', 'm-1', ...fields);
    await bus.start([subscription({ stream: 'many', group: GROUP, schema: workItem, handle: () => ({}) })]);
    await eventually('it is dead', () => observer.outcomes.dead_lettered === 1);
    const [letter] = (await bus.admin.deadLetters('many', 1)).entries;
    const announce = () => ({ stream: 'announced', type: 'requeued', id: 'a-1', payload: {} });
    await expect(bus.admin.requeue('many', letter?.id ?? '', { announce })).rejects.toThrow(PermanentError);
    expect(await bus.admin.length('many')).toBe(1);
    expect(await desk.redis.exists(desk.key('announced'))).toBe(0);
  });
});

/** Waits until the count is reached. @throws when it stands still. */
async function untilStill(count: () => number, wanted: number): Promise<void> {
  let last = -1;
  let movedAtMs = Date.now();
  while (count() < wanted) {
    if (count() !== last) {
      last = count();
      movedAtMs = Date.now();
    } else if (Date.now() - movedAtMs > STANDSTILL_MS) {
      throw new Error(`expected ${String(wanted)} entries to be settled, was standing still at ${String(last)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function pendingOf(desk: TestDesk): Promise<number> {
  let total = 0;
  for (const [stream] of contracts) {
    const [pending] = (await desk.redis.xpending(desk.key(stream), GROUP)) as [number];
    total += pending;
  }
  return total;
}
