import { describe, expect, test } from 'vitest';
import { AnsweredSteps } from '../account/answered-steps.js';
import { aDesk, anExecOrder, aStep, CLOSE_MS, commit, HOUR_MS, incoming } from '../testing/a-desk.js';
import { onExecOrder } from './on-exec-order.js';
import { onMarketCandles } from './on-market-candles.js';

type Desk = Awaited<ReturnType<typeof aDesk>>;

const submit = async (desk: Desk, fields: Parameters<typeof anExecOrder>[0] = {}) =>
  commit(await onExecOrder(desk)(incoming(anExecOrder(fields))));
const step = async (desk: Desk, fields: Parameters<typeof aStep>[0] = {}, open = '100') => {
  const payload = aStep(fields, open);
  return commit(await onMarketCandles(desk)(incoming(payload, { id: JSON.stringify(payload) })));
};

describe('market.candles', () => {
  test('without open orders a closed step is answered from memory, with the progress alone', async () => {
    const result = await onMarketCandles(await aDesk())(incoming(aStep(), { id: 'step' }));
    expect(result.transaction).toBeUndefined();
    expect(result.messages).toEqual([
      {
        stream: 'exec.progress',
        type: 'candles',
        id: 'progress:step',
        payload: {
          type: 'candles',
          source: 'replay',
          sessionId: 's1',
          timeframe: '1h',
          closeTimeMs: CLOSE_MS + HOUR_MS,
          lastFillSeq: 0,
          traceId: 'trace-of-the-step',
          ts: new Date(CLOSE_MS).toISOString(),
        },
      },
    ]);
  });

  test('an open order fills at the open; the status comes before the progress, audit and notice after it', async () => {
    const desk = await aDesk();
    await submit(desk);
    const messages = await step(desk, {}, '101.5');
    expect(messages.map(({ stream }) => stream)).toEqual([
      'exec.status',
      'exec.progress',
      'audit.events',
      'notify.events',
    ]);
    expect(messages[0]?.payload).toMatchObject({
      status: 'filled',
      qty: '1',
      orderQty: '1',
      price: '101.5',
      feeQuote: '0.1015',
      profit: '0',
      fillId: 's1.BTC-USDT.1.0.f1',
      fillSeq: 1,
      fillNumber: 1,
      atMs: CLOSE_MS,
      traceId: 'trace-of-the-order',
    });
    expect(messages[1]?.payload['lastFillSeq']).toBe(1);
    expect(await desk.cache.current()).toMatchObject({
      cashQuote: '898.3985',
      positions: { 'BTC-USDT': { qty: '1', costQuote: '101.5' } },
      lastFillSeq: 1,
      openOrders: [],
    });
  });

  test('a forming candle fills and makes no progress; the closed one then has nothing to fill', async () => {
    const desk = await aDesk();
    await submit(desk);
    const forming = await step(desk, { closed: false });
    expect(forming.map(({ stream }) => stream)).toEqual(['exec.status', 'audit.events', 'notify.events']);
    expect((await step(desk)).map(({ payload }) => payload['lastFillSeq'])).toEqual([1]);
  });

  test.each([
    ['opened before the order may fill', { openTimeMs: CLOSE_MS - HOUR_MS }],
    ['is of another timeframe', { timeframe: '5m' as const }],
    ["is of another session's paced feed", { sessionId: 's2' }],
  ])('a candle that %s fills nothing', async (_why, fields) => {
    const desk = await aDesk();
    await submit(desk);
    expect((await step(desk, fields)).map(({ stream }) => stream)).toEqual(['exec.progress']);
  });

  test('an order without a timeframe fills from any feed', async () => {
    const desk = await aDesk();
    await submit(desk, { timeframe: undefined });
    const messages = await step(desk, { timeframe: '5m', sessionId: 's2' });
    expect(messages[0]?.payload['status']).toBe('filled');
  });

  test('a sell realises its profit and empties the position', async () => {
    const desk = await aDesk();
    await submit(desk);
    await step(desk);
    const openTimeMs = CLOSE_MS + HOUR_MS;
    await submit(desk, { requestId: 's1.BTC-USDT.2', side: 'sell', notBeforeMs: openTimeMs });
    const messages = await step(desk, { openTimeMs }, '110');
    expect(messages[0]?.payload).toMatchObject({ side: 'sell', profit: '10', fillSeq: 2 });
    expect(await desk.cache.current()).toMatchObject({ cashQuote: '1009.79', positions: {} });
  });

  test('what the account cannot pay for is rejected with a warning', async () => {
    const desk = await aDesk();
    await submit(desk, { qty: '10' });
    const messages = await step(desk);
    expect(messages[0]?.payload).toMatchObject({ status: 'rejected', state: 'rejected', reason: 'insufficient_funds' });
    expect(messages.map(({ type }) => type)).toEqual(['status', 'candles', 'order.rejected', 'order_rejected']);
    expect((await desk.cache.current()).openOrders).toEqual([]);
  });

  test('when the end of a commit is not heard of, the next step reads the account again', async () => {
    const desk = await aDesk();
    await submit(desk);
    const unheard = await onMarketCandles(desk)(incoming(aStep(), { id: 'step' }));
    await unheard.transaction?.(undefined as never);
    const again = await onMarketCandles(desk)(incoming(aStep(), { id: 'step', deliveries: 2 }));
    expect((await commit(again)).map(({ payload }) => payload['lastFillSeq'])).toEqual([1]);
    expect((await desk.cache.current()).openOrders).toEqual([]);
  });

  test('a step that may have been handled before asks the inbox, so that no status is overtaken', async () => {
    const desk = await aDesk();
    const result = await onMarketCandles(desk)(incoming(aStep(), { id: 'step', deliveries: 2 }));
    expect(result.messages).toBeUndefined();
    expect(result.transaction).toBeDefined();
  });

  test('a step that comes again, as after Redis was emptied, is answered as it was the first time', async () => {
    const desk = await aDesk();
    await submit(desk);
    const take = async (fields = {}, id = 'step') =>
      commit(await onMarketCandles(desk)(incoming(aStep(fields), { id })));
    const before = await take({ openTimeMs: CLOSE_MS - HOUR_MS }, 'before');
    const filled = await take();
    expect(await take({ openTimeMs: CLOSE_MS - HOUR_MS }, 'before')).toEqual(before);
    expect(await take()).toEqual(filled);
    expect((await desk.cache.current()).lastFillSeq).toBe(1);
  });

  test('a later process, too, answers an old step with the fills that there were then', async () => {
    const desk = await aDesk();
    await submit(desk);
    await step(desk);
    const later = { ...desk, answered: new AnsweredSteps() };
    const old = await onMarketCandles(later)(incoming(aStep({ openTimeMs: CLOSE_MS - HOUR_MS }), { id: 'before' }));
    expect((await commit(old)).map(({ payload }) => payload['lastFillSeq'])).toEqual([0]);
  });

  test('an old step that comes again fills no order that came after it', async () => {
    const desk = await aDesk();
    await step(desk);
    await submit(desk, { timeframe: undefined, notBeforeMs: 0 });
    expect((await step(desk, { openTimeMs: CLOSE_MS - HOUR_MS })).map(({ stream }) => stream)).toEqual([
      'exec.progress',
    ]);
  });

  test('an exit is an order of its own once it sells, in the session and the trace of its entry', async () => {
    const desk = await aDesk();
    await submit(desk, { exits: { stopPrice: '95', takeProfitPrice: '120' } });
    const quiet = { symbol: 'BTC-USDT', open: '100', high: '101', low: '99', close: '100', volume: '1' };
    await step(desk, { candles: [quiet] });
    const openTimeMs = CLOSE_MS + HOUR_MS;
    const messages = await step(desk, { openTimeMs, candles: [{ ...quiet, low: '90' }] });
    expect(messages.map(({ stream, id }) => [stream, id?.replace(/^progress:.*/, 'progress')])).toEqual([
      ['exec.status', 'status:s1.BTC-USDT.1.0.stop.f1'],
      ['exec.progress', 'progress'],
      ['audit.events', 'order.filled:s1.BTC-USDT.1.0.stop.f1'],
      ['notify.events', 'fill:s1.BTC-USDT.1.0.stop.f1'],
    ]);
    expect(messages[0]?.payload).toMatchObject({
      orderId: 's1.BTC-USDT.1.0.stop',
      status: 'filled',
      side: 'sell',
      qty: '1',
      orderQty: '1',
      price: '95',
      profit: '-5',
      sessionId: 's1',
      requestId: 's1.BTC-USDT.1',
      traceId: 'trace-of-the-order',
    });
    expect(messages[3]?.payload['message']).toBe('Sold 1 BTC-USDT at 95 (stop), fee 0.095, profit -5');
    expect(await desk.cache.current()).toMatchObject({ positions: {}, exits: [], openOrders: [] });
  });

  test('a part that fills leaves the order open, and the progress says so', async () => {
    const desk = await aDesk({ maxVolumeShare: 0.5 });
    await submit(desk);
    const candle = { symbol: 'BTC-USDT', open: '100', high: '101', low: '99', close: '100', volume: '1.2' };
    const stepOf = (hour: number) => step(desk, { openTimeMs: CLOSE_MS + hour * HOUR_MS, candles: [candle] });
    await stepOf(-1);
    const first = await stepOf(0);
    expect(first[0]?.payload).toMatchObject({
      status: 'pending',
      state: 'partially_filled',
      qty: '0.6',
      filledQty: '0.6',
    });
    expect(first[1]?.payload).toMatchObject({ lastFillSeq: 1, resting: ['s1.BTC-USDT.1.0'] });
    const second = await stepOf(1);
    expect(second[0]?.payload).toMatchObject({
      state: 'filled',
      fillNumber: 2,
      qty: '0.4',
      filledQty: '1',
      orderQty: '1',
    });
    expect(second[1]?.payload).not.toHaveProperty('resting');
  });

  test('counts fills and orders', async () => {
    const desk = await aDesk();
    await submit(desk);
    await step(desk);
    const text = await desk.registry.metrics();
    expect(text).toContain('fills_total{exchange="paper",symbol="BTC-USDT"} 1');
    expect(text).toContain('orders_total{exchange="paper",outcome="filled"} 1');
    expect(text).toContain('orders_unknown_state{exchange="paper"} 0');
  });
});
