import { execStatus } from '@octant/trading/messages/execution';
import { auditEvent } from '@octant/trading/messages/audit-event';
import { notifyEvent } from '@octant/trading/messages/notify-event';
import { describe, expect, test } from 'vitest';
import { aDesk, anExecOrder, commit, incoming } from '../testing/a-desk.js';
import { onExecOrder } from './on-exec-order.js';
import { onOrchestratorCommand } from './on-orchestrator-command.js';

const halt = { type: 'halt', haltVersion: 1, traceId: 't', ts: '2024-01-01T00:00:00Z' } as const;

describe('exec.orders', () => {
  test('an order is acknowledged and audited under ids that follow from it', async () => {
    const desk = await aDesk();
    const messages = await commit(await onExecOrder(desk)(incoming(anExecOrder())));
    expect(messages.map(({ stream, id, payload }) => [stream, id, payload['state'] ?? payload['action']])).toEqual([
      ['exec.status', 'status:s1.BTC-USDT.1.0:acknowledged', 'acknowledged'],
      ['audit.events', 'order.submitted:s1.BTC-USDT.1.0', 'order.submitted'],
    ]);
    expect(messages[0]?.payload).toMatchObject({ status: 'pending', qty: '1', simulated: true, exchange: 'paper' });
    expect((await desk.cache.current()).openOrders.map((order) => order.orderId)).toEqual(['s1.BTC-USDT.1.0']);
  });

  test('its messages are what their streams take', async () => {
    const desk = await aDesk();
    const messages = await commit(await onExecOrder(desk)(incoming(anExecOrder({ qty: '0.000001' }))));
    const schemas = { 'exec.status': execStatus, 'audit.events': auditEvent, 'notify.events': notifyEvent };
    expect(messages.map(({ stream }) => stream)).toEqual(Object.keys(schemas));
    for (const { stream, payload } of messages) {
      expect(schemas[stream as keyof typeof schemas].safeParse(payload).success).toBe(true);
    }
  });

  test('a repeat under another message id makes the same messages and no second order', async () => {
    const desk = await aDesk();
    const first = await commit(await onExecOrder(desk)(incoming(anExecOrder())));
    const second = await commit(await onExecOrder(desk)(incoming(anExecOrder(), { id: 'm2' })));
    expect(second).toEqual(first);
    expect((await desk.cache.current()).openOrders).toHaveLength(1);
  });

  test('a repeat with other terms is refused for good', async () => {
    const desk = await aDesk();
    await commit(await onExecOrder(desk)(incoming(anExecOrder())));
    const other = await onExecOrder(desk)(incoming(anExecOrder({ qty: '2' })));
    await expect(commit(other)).rejects.toMatchObject({ code: 'order_id_reused', status: 409 });
  });

  test.each([
    ['a broken lot', { qty: '0.000001' }, 'lot_size'],
    ['too small a notional', { qty: '0.00001' }, 'min_notional'],
    ["another request's approval", { approval: { requestId: 'x', riskScore: 0 } }, 'approval_mismatch'],
    ['exits that make no sense', { exits: { trailingDistance: '0' } }, 'bad_exits'],
    [
      'a standing approval of a buy',
      { approval: { requestId: 's1.BTC-USDT.1', riskScore: 0, standing: true } },
      'not_reducing',
    ],
  ])('%s is denied with the reason and a warning', async (_what, fields, reason) => {
    const desk = await aDesk();
    const messages = await commit(await onExecOrder(desk)(incoming(anExecOrder(fields))));
    expect(messages[0]?.payload).toMatchObject({ status: 'rejected', state: 'denied' });
    expect(String(messages[0]?.payload['reason'])).toMatch(new RegExp(`^${reason}: `));
    expect(messages.map(({ type }) => type)).toEqual(['status', 'order.denied', 'order_denied']);
    expect((await desk.cache.current()).openOrders).toEqual([]);
  });

  test('a symbol that is no instrument is a permanent failure', async () => {
    const order = incoming(anExecOrder({ symbol: 'DOGE-USDT' }));
    await expect(onExecOrder(await aDesk())(order)).rejects.toMatchObject({ code: 'unknown_symbol', status: 400 });
  });

  test('an id that an exit may get is a permanent failure', async () => {
    const order = incoming(anExecOrder({ orderId: 's1.BTC-USDT.1.0.stop' }));
    await expect(onExecOrder(await aDesk())(order)).rejects.toMatchObject({ code: 'order_id_reserved', status: 400 });
  });

  test('an order that knows a later halt waits for it, and is decided once it has come', async () => {
    const desk = await aDesk();
    const order = incoming(anExecOrder({ haltVersion: 1 }));
    await expect(onExecOrder(desk)(order)).rejects.toMatchObject({ code: 'behind', status: 409 });
    await commit(onOrchestratorCommand(desk)(incoming(halt)));
    const messages = await commit(await onExecOrder(desk)(order));
    expect(String(messages[0]?.payload['reason'])).toMatch(/^halted: /);
  });

  test('an order that was decided before a halt came is decided again', async () => {
    const desk = await aDesk();
    const decided = await onExecOrder(desk)(incoming(anExecOrder()));
    await commit(onOrchestratorCommand(desk)(incoming(halt)));
    await expect(commit(decided)).rejects.toMatchObject({ code: 'stale_account' });
    const messages = await commit(await onExecOrder(desk)(incoming(anExecOrder())));
    expect(messages[0]?.payload['state']).toBe('denied');
  });
});
