import type { OrchestratorCommand } from '@octant/trading/messages/orchestrator-commands';
import { describe, expect, test } from 'vitest';
import { concernsExecutor } from '../account/concerns-executor.js';
import { aDesk, anExecOrder, aStep, commit, incoming } from '../testing/a-desk.js';
import { onExecOrder } from './on-exec-order.js';
import { onMarketCandles } from './on-market-candles.js';
import { onOrchestratorCommand } from './on-orchestrator-command.js';

const envelope = { traceId: 't', ts: '2024-01-01T00:00:00Z' };
const command = (type: 'halt' | 'unhalt', haltVersion: number): OrchestratorCommand => ({
  type,
  haltVersion,
  ...envelope,
});

describe('orchestrator.commands', () => {
  test('a halt cancels resting buys before it says that it is in force', async () => {
    const desk = await aDesk();
    await commit(await onExecOrder(desk)(incoming(anExecOrder())));
    const messages = await commit(onOrchestratorCommand(desk)(incoming(command('halt', 1))));
    expect(messages.map(({ stream, payload }) => [stream, payload['state'] ?? payload['haltVersion']])).toEqual([
      ['exec.status', 'canceled'],
      ['exec.progress', 1],
      ['audit.events', undefined],
    ]);
    expect(await desk.cache.current()).toMatchObject({ halt: { halted: true, haltVersion: 1 }, openOrders: [] });
  });

  test('an unhalt says so too, and an older command leaves the later one in force', async () => {
    const desk = await aDesk();
    const progress = async (next: OrchestratorCommand) => {
      const [message] = await commit(onOrchestratorCommand(desk)(incoming(next)));
      return message?.payload['haltVersion'];
    };
    expect(await progress(command('halt', 1))).toBe(1);
    expect(await progress(command('unhalt', 2))).toBe(2);
    expect(await progress(command('halt', 1))).toBe(2);
    expect((await desk.cache.current()).halt).toEqual({ haltVersion: 2, halted: false, reason: null });
  });

  test('the end of a session cancels what it left resting', async () => {
    const desk = await aDesk();
    const order = anExecOrder();
    await commit(await onExecOrder(desk)(incoming(order)));
    const end: OrchestratorCommand = { type: 'unwatch', sessionId: order.sessionId, ...envelope };
    const messages = await commit(onOrchestratorCommand(desk)(incoming(end)));
    expect(messages.map(({ stream, payload }) => [stream, payload['state']])).toContainEqual([
      'exec.status',
      'canceled',
    ]);
    expect((await desk.cache.current()).openOrders).toEqual([]);
  });

  test('a halt keeps the exits of what is held, and the end of the session takes them away', async () => {
    const desk = await aDesk();
    await commit(await onExecOrder(desk)(incoming(anExecOrder({ exits: { stopPrice: '0.5' } }))));
    await commit(await onMarketCandles(desk)(incoming(aStep(), { id: 'step' })));
    await commit(onOrchestratorCommand(desk)(incoming(command('halt', 1))));
    expect((await desk.cache.current()).exits.map(({ qty }) => qty)).toEqual(['1']);
    const end: OrchestratorCommand = { type: 'unwatch', sessionId: 's1', ...envelope };
    const messages = await commit(onOrchestratorCommand(desk)(incoming(end)));
    expect(messages.map(({ stream, id }) => [stream, id])).toEqual([
      ['audit.events', 'exits.canceled:s1.BTC-USDT.1.0'],
    ]);
    expect((await desk.cache.current()).exits).toEqual([]);
  });

  test('the other commands are not for the executor', () => {
    const advance = { type: 'advance', sessionId: 's1', closeTimeMs: 1, ...envelope } as const;
    expect([command('halt', 1), command('unhalt', 2), advance].map(concernsExecutor)).toEqual([true, true, false]);
  });
});
