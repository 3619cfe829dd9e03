import { TransientError } from '@octant/platform/errors/errors';
import type { Publisher } from '@octant/platform/agent/definition';
import { describe, expect, it } from 'vitest';
import type { OrchestratorSettings } from '../config.js';
import { MemoryCheckpoints, MemoryState } from '../testing/memory-desk.js';
import type { Message } from './desk-state.js';
import { DeskStore } from './desk-store.js';
import { audit } from './notices.js';
import { TradingDesk } from './trading-desk.js';
import type { Turn } from './turn.js';

/** A desk over a Redis that can be taken away. */
function aDesk() {
  const state = new MemoryState();
  const checkpoints = new MemoryCheckpoints();
  const published: Message[] = [];
  const redis = { away: false };
  const bus: Publisher = {
    publish: () => Promise.reject(new Error('expected commit, was publish')),
    commit: ({ messages, state: writes }) => {
      if (redis.away) return Promise.reject(new TransientError('away', { code: 'redis_unavailable' }));
      state.write(writes);
      published.push(...messages);
      return Promise.resolve('ok');
    },
  };
  const open = () =>
    new TradingDesk({
      store: new DeskStore(state),
      checkpoints,
      bus,
      agents: {} as never,
      clock: { now: () => 0, monotonic: () => 0, sleep: () => Promise.resolve() },
      settings: () => ({}) as OrchestratorSettings,
      onOrder: () => undefined,
      onStalled: () => undefined,
    });
  return { state, checkpoints, published, redis, bus, open };
}

function halt(turn: Turn): void {
  turn.keep();
  turn.desk.adminHalt = { reason: 'audit', atMs: 0 };
  note(turn, 'halt');
}

function note(turn: Turn, eventId: string): void {
  audit(turn, { eventId, action: 'test', subject: 'desk', details: {}, atMs: 0, traceId: 't' });
}

const isHalted = (turn: Turn): boolean => turn.desk.adminHalt !== null;
const idsOf = (messages: readonly Message[]): string[] => messages.map(({ id }) => id);

describe('a turn that is kept', () => {
  it('has happened although Redis could not be told, and the next turn tells it', async () => {
    const { open, redis, checkpoints } = aDesk();
    const desk = open();
    await desk.turnNow(() => undefined);
    redis.away = true;
    await desk.turnNow(halt);
    expect(desk.settled).toBe(false);
    expect(idsOf(checkpoints.outbox)).toEqual(['audit:halt']);
    redis.away = false;
    expect(await desk.turnNow(isHalted)).toBe(true);
    expect(desk.settled).toBe(true);
  });

  it('stands when its process ended before Redis was told', async () => {
    const { open, checkpoints } = aDesk();
    await open().turn(halt);
    expect(await open().turnNow(isHalted)).toBe(true);
    expect(await checkpoints.revision()).toBe(1);
  });

  it('takes along what was said since the last one, once', async () => {
    const { open, checkpoints } = aDesk();
    const desk = open();
    await desk.turnNow((turn) => {
      turn.desk.runningSessionIds.push('s1');
      note(turn, 'before');
    });
    expect(checkpoints.outbox).toEqual([]);
    await desk.turnNow(halt);
    await desk.turnNow((turn) => {
      turn.keep();
    });
    expect(idsOf(checkpoints.outbox)).toEqual(['audit:before', 'audit:halt']);
  });
});

describe('an emptied Redis', () => {
  it('is put back, and the audit says so', async () => {
    const { open, state, bus, published } = aDesk();
    const desk = open();
    await desk.turnNow(halt);
    state.clear();
    await desk.rebuild({ state, bus });
    expect(idsOf(published).at(-1)).toMatch(/^audit:desk\.rebuilt:1:/);
    expect(await desk.turnNow(isHalted)).toBe(true);
  });

  it('of a desk that has never kept anything stays empty', async () => {
    const { open, state, bus, published } = aDesk();
    await open().rebuild({ state, bus });
    expect(published).toEqual([]);
    expect(await state.read('desk')).toMatchObject({ version: 0 });
  });
});
