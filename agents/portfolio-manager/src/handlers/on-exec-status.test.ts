import type { ExecStatus } from '@octant/trading/messages/execution';
import { describe, expect, test } from 'vitest';
import { aDesk, incoming, START_MS } from '../testing/a-desk.js';
import { hasFill, onExecStatus } from './on-exec-status.js';

function aStatus(fields: Partial<ExecStatus> = {}): ExecStatus {
  const fillSeq = fields.fillSeq ?? 1;
  return {
    orderId: `o${String(fillSeq)}`,
    status: 'filled',
    state: 'filled',
    symbol: 'BTC-USDT',
    side: 'buy',
    qty: '1',
    orderQty: '1',
    requestId: 'r',
    sessionId: 's',
    fillId: `o${String(fillSeq)}.f1`,
    fillSeq,
    fillNumber: 1,
    price: '100',
    feeQuote: '0.1',
    profit: '0',
    atMs: START_MS,
    exchange: 'paper',
    simulated: true,
    traceId: 't',
    ts: '2024-01-01T00:00:00Z',
    ...fields,
  };
}

describe('exec.status', () => {
  test('only statuses with a fill are booked', () => {
    const { fillSeq: _none, ...taken } = aStatus();
    expect([hasFill(aStatus()), hasFill(taken)]).toEqual([true, false]);
  });

  test('a fill changes cash and positions, and the account begins with it', async () => {
    const desk = await aDesk();
    await desk.commit(await onExecStatus(desk)(incoming(aStatus())));
    expect(desk.books.peek()).toMatchObject({
      revision: 1,
      waiting: 0,
      ledger: {
        cashQuote: '899.9',
        positions: { 'BTC-USDT': { qty: '1', costQuote: '100' } },
        lastFillSeq: 1,
        startedAtMs: START_MS,
      },
    });
  });

  test('a fill that is booked is not booked again', async () => {
    const desk = await aDesk();
    await desk.commit(await onExecStatus(desk)(incoming(aStatus())));
    expect(await onExecStatus(desk)(incoming(aStatus()))).toEqual({});
  });

  test('fills are booked in the order of the account, however they come', async () => {
    const desk = await aDesk();
    for (const fillSeq of [3, 2, 1]) {
      await desk.commit(await onExecStatus(desk)(incoming(aStatus({ fillSeq }))));
      if (fillSeq > 1) expect(desk.books.peek()).toMatchObject({ waiting: 4 - fillSeq, ledger: { lastFillSeq: 0 } });
    }
    expect(desk.books.peek()).toMatchObject({ waiting: 0, ledger: { lastFillSeq: 3, cashQuote: '699.7' } });
    expect(desk.books.peek()).toEqual(await desk.store.load());
  });

  test('when the end of a commit is not heard of, the books are read again', async () => {
    const desk = await aDesk();
    const unheard = await onExecStatus(desk)(incoming(aStatus()));
    await unheard.transaction?.(undefined as never);
    expect(desk.books.peek().ledger.lastFillSeq).toBe(0);
    expect(await onExecStatus(desk)(incoming(aStatus()))).toEqual({});
    expect(desk.books.peek().ledger.lastFillSeq).toBe(1);
  });

  test('a fill without its price is a permanent failure', async () => {
    const { price: _none, ...broken } = aStatus();
    await expect(onExecStatus(await aDesk())(incoming(broken))).rejects.toMatchObject({ code: 'incomplete_fill' });
  });
});
