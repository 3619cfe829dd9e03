import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bus } from '@octant/platform/bus/bus';
import type { DeadLetterFilter, LetterFacts, RequeueManyResult } from '@octant/platform/bus/stream-admin';
import { subscription } from '@octant/platform/bus/subscription';
import { PermanentError, TransientError } from '@octant/platform/errors/errors';
import { addLetters, snapshot } from './dead-letters.js';
import { CountingObserver, TestDesk, eventually, workItem } from './desk.js';

const HOUR_MS = 3_600_000;
const QUICK = { perSecond: 1_000_000 };

let desk: TestDesk;
let bus: Bus;
beforeAll(async () => {
  desk = new TestDesk();
  bus = desk.openBus('admin');
  await bus.start([]);
});
afterAll(() => desk.close());

const announce = ({ id }: LetterFacts) => ({
  stream: 'announced',
  type: 'requeued',
  id: `announced:${id}`,
  payload: { id },
});

/** Message ids of a stream, oldest first. */
async function messageIds(stream: string): Promise<string[]> {
  const entries = await desk.redis.xrange(desk.key(stream), '-', '+');
  return entries.map(([, fields]) => fields[fields.lastIndexOf('id') + 1] ?? '');
}

const outcomes = ({ entries }: RequeueManyResult) => entries.map(({ messageId, outcome }) => `${messageId} ${outcome}`);

describe('requeueing many dead letters', () => {
  it('puts back those that the filter holds for, oldest first, and no other', async () => {
    await addLetters(desk, 'mixed', [
      { id: 'm-0', type: 'order', code: 'away' },
      { id: 'm-1', type: 'order', code: 'broken', group: 'others' },
      { id: 'm-2', type: 'cancel', code: 'away' },
      { id: 'm-3', type: 'order', code: 'away', reason: 'transient_too_long' },
      { id: 'm-4', type: 'order', code: 'away' },
    ]);
    const matching = async (filter: DeadLetterFilter) =>
      outcomes(await bus.admin.requeueMany('mixed', { filter, dryRun: true }));
    const would = (...numbers: readonly number[]) => numbers.map((n) => `m-${String(n)} would_requeue`);
    expect(await matching({})).toEqual(would(0, 1, 2, 3, 4));
    expect(await matching({ type: 'order' })).toEqual(would(0, 1, 3, 4));
    expect(await matching({ errorCode: 'away' })).toEqual(would(0, 2, 3, 4));
    expect(await matching({ group: 'others' })).toEqual(would(1));
    expect(await matching({ reason: 'transient_too_long' })).toEqual(would(3));
    expect(await matching({ type: 'order', errorCode: 'away', reason: 'failures' })).toEqual(would(0, 4));
    expect(await matching({ type: 'none' })).toEqual([]);

    const { entries, ...counts } = await bus.admin.requeueMany('mixed.dlq', {
      filter: { type: 'order', errorCode: 'away' },
    });
    expect(counts).toEqual({
      ...{ matched: 3, requeued: 3, alreadyRequeued: 0, unreadable: 0, gone: 0, remaining: 0 },
      next: null,
    });
    expect(await messageIds('mixed')).toEqual(['m-0', 'm-3', 'm-4']);
    const [first] = entries;
    expect(first).toEqual({
      ...{ id: first?.id, messageId: 'm-0', type: 'order', group: 'workers', errorCode: 'away', reason: 'failures' },
      ...{ ageMs: first?.ageMs, outcome: 'requeued', entryId: first?.entryId, detail: null },
    });
    const [put] = await desk.redis.xrange(desk.key('mixed'), first?.entryId ?? '', first?.entryId ?? '');
    expect(put?.[1]).toEqual([
      ...['group', 'workers', 'data', '{"key":"a","n":1}', 'type', 'order', 'v', '1', 'kept', 'as it was', 'id', 'm-0'],
    ]);
  });

  it('knows ages by Redis’ clock, and takes none outside the range', async () => {
    const nowMs = Date.now();
    const ages = [3 * HOUR_MS, 2 * HOUR_MS, HOUR_MS, 0];
    await addLetters(
      desk,
      'aged',
      ages.map((ageMs, n) => ({ id: `g-${String(n)}`, entryId: `${String(nowMs - ageMs)}-0` })),
    );
    const matching = async (filter: DeadLetterFilter) =>
      (await bus.admin.requeueMany('aged', { filter, dryRun: true })).entries.map(({ messageId }) => messageId);
    expect(await matching({ olderThanMs: 2 * HOUR_MS })).toEqual(['g-0', 'g-1']);
    expect(await matching({ youngerThanMs: 1.5 * HOUR_MS })).toEqual(['g-2', 'g-3']);
    expect(await matching({ olderThanMs: HOUR_MS, youngerThanMs: 2.5 * HOUR_MS })).toEqual(['g-1', 'g-2']);
    const newest = await bus.admin.deadLetters('aged', 1, { olderThanMs: HOUR_MS });
    expect([newest.total, newest.entries.map(({ messageId }) => messageId)]).toEqual([4, ['g-2']]);
    const youngest = await bus.admin.deadLetters('aged', 9, { youngerThanMs: 1.5 * HOUR_MS });
    expect(youngest.entries.map(({ messageId }) => messageId)).toEqual(['g-3', 'g-2']);
    await expect(bus.admin.requeueMany('aged', { filter: { olderThanMs: 5, youngerThanMs: 5 } })).rejects.toThrow(
      'youngerThanMs: expected more than olderThanMs (5), was 5',
    );
  });

  it('changes nothing at all in a dry run', async () => {
    await addLetters(
      desk,
      'dry',
      Array.from({ length: 250 }, (_unused, n) => ({ id: `d-${String(n)}` })),
    );
    await bus.admin.requeueMany('dry', { filter: {}, limit: 20, ...QUICK });
    const before = await snapshot(desk);
    const { entries, ...counts } = await bus.admin.requeueMany('dry', {
      ...{ filter: {}, limit: 200, dryRun: true, announce },
    });
    expect(counts).toEqual({
      ...{ matched: 250, requeued: 0, alreadyRequeued: 20, unreadable: 0, gone: 0, remaining: 230 },
      next: { after: entries.at(-1)?.id, upTo: expect.any(String) as string },
    });
    expect(entries).toHaveLength(200);
    expect(await snapshot(desk)).toEqual(before);
  });

  it('does nothing the second time, and announces each letter once', async () => {
    await addLetters(
      desk,
      'twice',
      Array.from({ length: 45 }, (_unused, n) => ({ id: `t-${String(n)}` })),
    );
    const options = { filter: { type: 'work' }, limit: 45, announce, ...QUICK };
    const before = (await messageIds('announced')).length;
    expect(await bus.admin.requeueMany('twice', options)).toMatchObject({ requeued: 45, remaining: 0 });
    const after = await snapshot(desk);
    expect(await bus.admin.requeueMany('twice', options)).toEqual({
      ...{ matched: 45, requeued: 0, alreadyRequeued: 45, unreadable: 0, gone: 0, remaining: 0 },
      ...{ entries: [], next: null },
    });
    expect(await snapshot(desk)).toEqual(after);
    expect((await messageIds('announced')).length - before).toBe(45);
  });

  it('takes 20,000 letters each once though it is killed twice on the way', async () => {
    const all = Array.from({ length: 20_000 }, (_unused, n) => `k-${String(n)}`);
    await addLetters(
      desk,
      'killed',
      all.map((id) => ({ id })),
    );
    const announcedBefore = (await messageIds('announced')).length;
    for (const killAt of [1_000, 4_000]) {
      const script = fileURLToPath(new URL('./requeue-process.js', import.meta.url));
      const child = spawn(process.execPath, [script, desk.redisUrl, desk.prefix, 'killed'], { stdio: 'inherit' });
      const exited = new Promise((resolve) =>
        child.once('exit', (_code, signal) => {
          resolve(signal);
        }),
      );
      await eventually('some are requeued', async () => (await bus.admin.length('killed')) >= killAt);
      child.kill('SIGKILL');
      expect(await exited).toBe('SIGKILL');
    }
    const doneBefore = await bus.admin.length('killed');
    expect(doneBefore).toBeGreaterThanOrEqual(4_000);
    expect(doneBefore).toBeLessThan(20_000);
    let requeued = 0;
    let next: RequeueManyResult['next'] = null;
    do {
      const options = { filter: {}, limit: 1_000, announce, ...QUICK, ...next };
      const result: RequeueManyResult = await bus.admin.requeueMany('killed', options);
      requeued += result.requeued;
      next = result.next;
    } while (next !== null);
    expect(requeued).toBe(20_000 - doneBefore);
    expect(await messageIds('killed')).toEqual(all);
    expect((await messageIds('announced')).length - announcedBefore).toBe(20_000);
    expect(await bus.admin.requeueMany('killed', { filter: {} })).toMatchObject({
      ...{ matched: 20_000, alreadyRequeued: 20_000, requeued: 0, remaining: 0, next: null },
    });
  });

  it('says how far it came when its connection ends, and the same call again does the rest', async () => {
    await addLetters(
      desk,
      'cut',
      Array.from({ length: 200 }, (_unused, n) => ({ id: `c-${String(n)}` })),
    );
    const cutBus = desk.openBus('cut');
    await cutBus.start([]);
    const running = cutBus.admin.requeueMany('cut', { filter: {}, limit: 200, perSecond: 400 });
    const failure = running.catch((error: unknown) => error);
    await eventually('some are requeued', async () => (await bus.admin.length('cut')) >= 40);
    await cutBus.stop(0);
    expect(await failure).toBeInstanceOf(TransientError);
    expect(String(await failure)).toMatch(
      /expected an answer of Redis to each requeue, was none after \d+ of them; the same request again does the rest$/,
    );
    await bus.admin.requeueMany('cut', { filter: {}, limit: 200, ...QUICK });
    expect(new Set(await messageIds('cut')).size).toBe(200);
    expect(await bus.admin.length('cut')).toBe(200);
  });

  it('keeps to its pace, one on a stream at a time, while dry runs and other streams go on', async () => {
    const many = (prefix: string) => Array.from({ length: 60 }, (_unused, n) => ({ id: `${prefix}-${String(n)}` }));
    await addLetters(desk, 'paced', many('p'));
    await addLetters(desk, 'besides', many('b'));
    const startedAtMs = performance.now();
    const first = bus.admin.requeueMany('paced', { filter: {} });
    await expect(bus.admin.requeueMany('paced.dlq', { filter: {} })).rejects.toMatchObject({
      message: 'expected one bulk requeue of paced at a time, was a second one',
      code: 'requeue_running',
      status: 409,
    });
    expect(await bus.admin.requeueMany('paced', { filter: {}, dryRun: true })).toMatchObject({ matched: 60 });
    expect(await bus.admin.requeueMany('besides', { filter: {}, ...QUICK })).toMatchObject({ requeued: 60 });
    expect(await first).toMatchObject({ requeued: 60 });
    // Batches of 20 begin 100 ms apart at 200 a second.
    expect(performance.now() - startedAtMs).toBeGreaterThan(190);
    expect(await bus.admin.requeueMany('paced', { filter: {} })).toMatchObject({ alreadyRequeued: 60 });
  });

  it('does not take what dies again while it runs', async () => {
    const observer = new CountingObserver();
    const poisoned = desk.openBus('poisoned', { observer });
    await addLetters(
      desk,
      'poison',
      Array.from({ length: 30 }, (_unused, n) => ({ id: `x-${String(n)}` })),
    );
    await poisoned.start([
      subscription({
        stream: 'poison',
        group: 'workers',
        schema: workItem,
        handle: () => {
          throw new PermanentError('expected no poison, was some', { code: 'poison' });
        },
      }),
    ]);
    let next: RequeueManyResult['next'] = null;
    let calls = 0;
    do {
      const result: RequeueManyResult = await bus.admin.requeueMany('poison', { filter: {}, limit: 10, ...next });
      calls += 1;
      next = result.next;
      const dead = observer.outcomes;
      await eventually('they are dead again', () => dead.dead_lettered === calls * 10);
    } while (next !== null);
    expect(calls).toBe(3);
    expect(await bus.admin.requeueMany('poison', { filter: { errorCode: 'poison' }, dryRun: true })).toMatchObject({
      ...{ matched: 30, remaining: 30 },
    });
  });
});

describe('a requeued letter', () => {
  it('that had been done meanwhile is answered as a duplicate, without a second effect', async () => {
    const observer = new CountingObserver();
    const worker = desk.openBus('worker', { observer });
    let broken = true;
    await worker.publish({ stream: 'effects', type: 'work', id: 'e-1', payload: { key: 'a', n: 1 } });
    await worker.start([
      subscription({
        stream: 'effects',
        group: 'workers',
        schema: workItem,
        handle: ({ payload }) => {
          if (broken) throw new PermanentError('expected a repair, was none', { code: 'broken' });
          return { messages: [{ stream: 'effects.done', type: 'done', payload: { n: payload.n } }] };
        },
      }),
    ]);
    await eventually('it is dead', () => observer.outcomes.dead_lettered === 1);
    broken = false;
    const [fields] = (await desk.redis.xrange(desk.key('effects'), '-', '+')).map(([, flat]) => flat);
    await desk.redis.xadd(desk.key('effects'), '*', ...(fields ?? []));
    await eventually('somebody’s repeat of it is done', () => observer.outcomes.handled === 1);
    expect(await bus.admin.requeueMany('effects', { filter: {} })).toMatchObject({ requeued: 1 });
    await eventually('the letter is answered', () => observer.outcomes.duplicate === 1);
    expect(await bus.admin.length('effects.done')).toBe(1);
    await eventually('nothing is pending', async () => (await desk.pendingIds('effects', 'workers')).length === 0);
    expect((await bus.admin.deadLetters('effects', 9)).total).toBe(1);
  });

  it('is not put back when Redis refuses its announcement', async () => {
    const [id = ''] = await addLetters(desk, 'announcing', [{ id: 'a-1' }]);
    await desk.redis.set(desk.key('refusing'), 'no stream');
    const options = { announce: (letter: LetterFacts) => ({ ...announce(letter), stream: 'refusing' }) };
    const before = await snapshot(desk);
    await expect(bus.admin.requeue('announcing', id, options)).rejects.toThrow(/WRONGTYPE/);
    await expect(bus.admin.requeueMany('announcing', { filter: {}, ...options })).rejects.toThrow(/WRONGTYPE/);
    expect(await snapshot(desk)).toEqual(before);
    await desk.redis.del(desk.key('refusing'));
    expect(await bus.admin.requeue('announcing', id, options)).toMatchObject({ requeued: true });
    expect(await messageIds('refusing')).toEqual([`announced:${id}`]);
  });

  it('comes back whole though its original was trimmed', async () => {
    const [id] = await addLetters(desk, 'trimmed', [{ id: 'r-1' }, { id: 'r-2' }]);
    await desk.redis.xadd(desk.key('trimmed'), '*', 'data', '{}', 'id', 'r-1');
    await desk.redis.xtrim(desk.key('trimmed'), 'MAXLEN', 0);
    expect(await bus.admin.requeue('trimmed', id ?? '', { announce })).toMatchObject({ requeued: true });
    expect(await bus.admin.requeueMany('trimmed', { filter: {} })).toMatchObject({ requeued: 1, alreadyRequeued: 1 });
    expect(await messageIds('trimmed')).toEqual(['r-1', 'r-2']);
    expect(await desk.payloads('trimmed')).toEqual([
      { key: 'a', n: 1 },
      { key: 'a', n: 1 },
    ]);
  });

  it('of which the record is somebody else’s is left as it is, said to be unreadable, and stops no other', async () => {
    const dlq = desk.key('foreign.dlq');
    await desk.redis.xadd(dlq, '*', 'nonsense', '\u0000\u0001');
    await desk.redis.xadd(dlq, '*', 'error', 'null', 'firstFailedAtMs', 'soon', 'data', '{"half": ');
    await desk.redis.xadd(dlq, '*', 'id', 'f-1', 'group', 'workers', 'original', '["odd"]');
    await desk.redis.xadd(dlq, '*', 'id', 'f-2', 'group', 'workers', 'original', '["a","\\ud800"]');
    await desk.redis.xadd(dlq, '*', 'id', 'f-3', 'group', 'gone', 'original', '[]');
    await addLetters(desk, 'foreign', [{ id: 'f-4' }]);
    const before = await desk.redis.dumpBuffer(dlq);
    const { total, entries: listed } = await bus.admin.deadLetters('foreign', 9);
    expect([total, listed.length]).toEqual([6, 6]);
    const result = await bus.admin.requeueMany('foreign', { filter: {} });
    expect(result).toMatchObject({ matched: 6, requeued: 1, unreadable: 5, remaining: 0, next: null });
    expect(result.entries.map(({ outcome, detail }) => `${outcome}: ${String(detail)}`)).toEqual([
      'unreadable: expected a field "id", was none',
      'unreadable: expected a field "id", was none',
      'unreadable: expected names and values in turn in field "original", was other JSON',
      'unreadable: expected a record that Redis can read, was another',
      'unreadable: expected one of the stream\'s groups (workers) in field "group", was "gone"',
      'requeued: null',
    ]);
    expect(await desk.redis.dumpBuffer(dlq)).toEqual(before);
    expect(await messageIds('foreign')).toEqual(['f-4']);
    const single = bus.admin.requeue('foreign', listed.at(-1)?.id ?? '');
    await expect(single).rejects.toThrow(/cannot be requeued: expected a field "id", was none$/);
    await expect(bus.admin.requeue('foreign', listed[2]?.id ?? '')).rejects.toMatchObject({
      code: 'unreadable_letter',
    });
  });
});
