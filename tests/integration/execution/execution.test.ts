import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anOrderMessage, aStep, eventually, ExecutionDesk, START_MS, HOUR_MS } from './execution-desk.js';

const desk = new ExecutionDesk();

beforeAll(async () => {
  await desk.open();
  await desk.startExecutor();
  await desk.startPortfolio();
});

afterAll(() => desk.close());

async function progressOf(hour: number): Promise<Record<string, unknown> | undefined> {
  const closeTimeMs = START_MS + (hour + 1) * HOUR_MS;
  const all = await desk.payloads('exec.progress');
  return all.find((progress) => progress['closeTimeMs'] === closeTimeMs);
}

describe('an order through executor and portfolio', () => {
  test('is acknowledged once, fills at the next open, and is in the holdings', async () => {
    await desk.publish('exec.orders', 'order:1', anOrderMessage());
    await eventually(() => desk.payloads('exec.status')).toHaveLength(1);
    await desk.publish('market.candles', 'step:0', aStep(0));
    await eventually(() => progressOf(0)).toMatchObject({ type: 'candles', lastFillSeq: 1, sessionId: 's1' });

    const statuses = await desk.payloads('exec.status');
    expect(
      statuses.map(({ status, state, fillSeq, price, feeQuote }) => ({ status, state, fillSeq, price, feeQuote })),
    ).toEqual([
      { status: 'pending', state: 'acknowledged', fillSeq: undefined, price: undefined, feeQuote: undefined },
      { status: 'filled', state: 'filled', fillSeq: 1, price: '100', feeQuote: '0.1' },
    ]);
    await eventually(async () => (await desk.call(desk.portfolio, '/portfolio/holdings')).body).toMatchObject({
      cashQuote: '899.9',
      equityQuote: '999.9',
      lastFillSeq: 1,
      positions: [{ symbol: 'BTC-USDT', qty: '1', costQuote: '100', averagePrice: '100' }],
      targets: [{ symbol: 'BTC-USDT', targetRatio: 0.5 }],
    });
    const audits = (await desk.payloads('audit.events')).map((event) => event['action']);
    expect(audits).toEqual(['order.submitted', 'order.filled']);
    expect((await desk.payloads('notify.events')).map((event) => event['type'])).toEqual(['fill']);
  });

  test('sent again under another message id changes nothing and answers nothing twice', async () => {
    await desk.publish('exec.orders', 'order:1:again', anOrderMessage());
    await desk.publish('market.candles', 'step:1', aStep(1));
    await eventually(() => progressOf(1)).toMatchObject({ lastFillSeq: 1 });
    expect(await desk.payloads('exec.status')).toHaveLength(2);
    const { body } = await desk.call(desk.executor, '/trade/fills?sessionId=s1');
    expect(body).toMatchObject({ duplicates: 0, fills: [{ fillSeq: 1, fillNumber: 1, orderId: 's1.BTC-USDT.1.0' }] });
  });

  test('under the same order id with another quantity is dead-lettered', async () => {
    await desk.publish('exec.orders', 'order:1:other', anOrderMessage({ qty: '2' }));
    await eventually(() => desk.deadLetters('exec.orders')).toEqual(['order_id_reused']);
  });

  test('below the least notional is denied with a warning', async () => {
    await desk.publish('exec.orders', 'order:2', anOrderMessage({ requestId: 's1.BTC-USDT.2', qty: '0.001' }));
    await eventually(async () => (await desk.payloads('exec.status')).at(-1)).toMatchObject({
      status: 'rejected',
      state: 'denied',
      reason: expect.stringContaining('min_notional') as string,
    });
    await eventually(async () => (await desk.payloads('notify.events')).at(-1)).toMatchObject({
      type: 'order_denied',
      severity: 'warning',
    });
  });

  test('above the cash is rejected at its candle', async () => {
    await desk.publish('exec.orders', 'order:3', anOrderMessage({ requestId: 's1.BTC-USDT.3', qty: '50' }));
    await desk.publish('market.candles', 'step:2', aStep(2));
    await eventually(() => progressOf(2)).toMatchObject({ lastFillSeq: 1 });
    expect((await desk.payloads('exec.status')).at(-1)).toMatchObject({
      state: 'rejected',
      reason: 'insufficient_funds',
    });
  });
});

describe('halts', () => {
  test('an order that knows a later halt waits for it, and the halt is not held up by it', async () => {
    const order = anOrderMessage({ requestId: 's1.BTC-USDT.4', haltVersion: 1 });
    await desk.publish('exec.orders', 'order:4', order);
    await eventually(() => desk.pending('exec.orders', 'exec')).toBe(1);
    await desk.publish('orchestrator.commands', 'halt:1', { type: 'halt', reason: 'test', haltVersion: 1 });
    await eventually(async () => (await desk.payloads('exec.status')).at(-1)).toMatchObject({
      orderId: order.orderId,
      state: 'denied',
      reason: expect.stringContaining('halted') as string,
    });
    expect((await desk.payloads('exec.progress')).at(-1)).toMatchObject({ type: 'halt', haltVersion: 1 });
  });

  test('a sell up to the position passes while halted', async () => {
    const sell = { requestId: 's1.BTC-USDT.5', side: 'sell', haltVersion: 1, notBeforeMs: START_MS + 3 * HOUR_MS };
    await desk.publish('exec.orders', 'order:5', anOrderMessage(sell));
    await eventually(async () => (await desk.payloads('exec.status')).at(-1)).toMatchObject({
      orderId: 's1.BTC-USDT.5.0',
      state: 'acknowledged',
    });
    await desk.publish('market.candles', 'step:3', aStep(3, {}, '110'));
    await eventually(() => progressOf(3)).toMatchObject({ lastFillSeq: 2 });
    expect((await desk.payloads('exec.status')).at(-1)).toMatchObject({ state: 'filled', profit: '10', fillSeq: 2 });
  });

  test('a halt cancels resting buys, an older halt changes nothing', async () => {
    await desk.publish('orchestrator.commands', 'unhalt:2', { type: 'unhalt', haltVersion: 2 });
    const buy = { requestId: 's1.BTC-USDT.6', haltVersion: 2, notBeforeMs: START_MS + 4 * HOUR_MS };
    await desk.publish('exec.orders', 'order:6', anOrderMessage(buy));
    await eventually(async () => (await desk.payloads('exec.status')).at(-1)).toMatchObject({
      orderId: 's1.BTC-USDT.6.0',
      state: 'acknowledged',
    });
    await desk.publish('orchestrator.commands', 'halt:3', { type: 'halt', reason: 'daily_loss', haltVersion: 3 });
    await eventually(async () => (await desk.payloads('exec.status')).at(-1)).toMatchObject({
      status: 'rejected',
      state: 'canceled',
      reason: 'halted: daily_loss',
    });
    await desk.publish('orchestrator.commands', 'halt:late', { type: 'unhalt', haltVersion: 2 });
    await eventually(async () =>
      (await desk.payloads('exec.progress')).filter((progress) => progress['type'] === 'halt').at(-1),
    ).toMatchObject({ haltVersion: 3 });
    expect((await desk.call(desk.executor, '/trade/account')).body).toMatchObject({
      halt: { halted: true, haltVersion: 3, reason: 'daily_loss' },
      openOrders: 0,
      lastFillSeq: 2,
    });
    await desk.publish('orchestrator.commands', 'unhalt:4', { type: 'unhalt', haltVersion: 4 });
    await eventually(async () => (await desk.call(desk.executor, '/trade/account')).body).toMatchObject({
      halt: { halted: false, haltVersion: 4 },
    });
  });
});

describe('over HTTP', () => {
  test('an order without approval asks risk, is published once, and a repeat answers the same', async () => {
    const order = { orderId: 'h1', symbol: 'BTC/USDT', side: 'buy', qty: '1', notBeforeMs: START_MS + 5 * HOUR_MS };
    const first = await desk.call(desk.executor, '/trade/submit', order);
    expect(first).toEqual({ status: 200, body: { orderId: 'h1', status: 'pending', state: 'acknowledged' } });
    expect(await desk.call(desk.executor, '/trade/submit', order)).toEqual(first);
    expect(desk.riskQuestions).toMatchObject([{ requestId: 'h1', symbol: 'BTC-USDT', qty: '1', price: '110' }]);
    const ofOrder = async () => (await desk.payloads('exec.status')).filter((status) => status['orderId'] === 'h1');
    await eventually(ofOrder).toHaveLength(1);
    await desk.publish('market.candles', 'step:5', aStep(5, { sessionId: 's1' }, '120'));
    await eventually(ofOrder).toHaveLength(2);
    expect(await desk.call(desk.executor, '/trade/submit', order)).toEqual(first);
    expect((await desk.call(desk.executor, '/trade/status/h1')).body).toMatchObject({
      status: 'filled',
      filledQty: '1',
      fills: [{ fillSeq: 3, price: '120' }],
    });
    expect(await ofOrder()).toHaveLength(2);
  });

  test('a refusal of the risk rules denies the order', async () => {
    desk.riskAnswer = { ok: false, code: 'max_order', reason: 'too big', riskScore: 1 };
    const order = { symbol: 'BTCUSDT', side: 'buy', qty: '1' };
    const reply = await desk.send(desk.executor, '/trade/submit', {
      body: order,
      headers: { 'idempotency-key': 'k1' },
    });
    expect(reply.body).toEqual({
      orderId: 'http.k1',
      status: 'rejected',
      state: 'denied',
      reason: 'risk: max_order: too big',
    });
    desk.riskAnswer = { ok: true, riskScore: 0.1 };
  });

  test('bad orders are refused with what is wrong', async () => {
    const order = { orderId: 'h9', symbol: 'BTC-USDT', side: 'buy', qty: '1' };
    const submit = (fields: Record<string, unknown>) =>
      desk
        .call(desk.executor, '/trade/submit', { ...order, ...fields })
        .then(({ status, body }) => [status, body['code']]);
    expect(await submit({ symbol: 'BTC-USDX' })).toEqual([400, 'unknown_symbol']);
    expect(await submit({ qty: '0' })).toEqual([400, 'bad_quantity']);
    expect(await submit({ symbol: 'ETH-USDT' })).toEqual([503, 'no_price']);
    expect(await submit({ haltVersion: 99 })).toEqual([409, 'behind']);
    expect(await submit({ orderId: 'h1', qty: '7' })).toEqual([409, 'order_id_reused']);
    expect((await submit({ qty: 5 }))[0]).toBe(400);
    expect((await desk.call(desk.executor, '/trade/status/none')).status).toBe(404);
    const stranger = await desk.send(desk.executor, '/trade/submit', {
      body: order,
      headers: { 'x-service-token': 'wrong' },
    });
    expect(stranger.status).toBe(401);
  });

  test('orders and fills come in pages', async () => {
    const orders = await desk.call(desk.executor, '/trade/orders?state=filled&limit=2');
    expect(orders.body).toMatchObject({ orders: [{ orderId: 's1.BTC-USDT.1.0' }, { orderId: 's1.BTC-USDT.5.0' }] });
    const fills = await desk.call(desk.executor, '/trade/fills?after=1&limit=1');
    expect(fills.body).toMatchObject({ fills: [{ fillSeq: 2 }], nextAfter: 2 });
    expect((await desk.call(desk.executor, '/trade/orders?state=open')).body).toEqual({ orders: [], nextAfter: null });
  });
});

describe('portfolio', () => {
  test('sizes from memory, and says when it is behind', async () => {
    const question = { symbol: 'BTC-USDT', side: 'sell', confidence: 1, price: '120', asOf: 3, strategy: 'bold' };
    await eventually(async () => (await desk.call(desk.portfolio, '/portfolio/size', question)).body).toEqual({
      qty: '1',
      reason: 'sized',
      lastFillSeq: 3,
    });
    const ahead = await desk.call(desk.portfolio, '/portfolio/size', { ...question, asOf: 4 });
    expect(ahead).toMatchObject({ status: 409, body: { code: 'behind', lastFillSeq: 3 } });
    const unknown = await desk.call(desk.portfolio, '/portfolio/size', { ...question, strategy: 'none' });
    expect(unknown).toMatchObject({ status: 400, body: { code: 'unknown_strategy' } });
  });

  test('a fill before its turn waits for the one before it', async () => {
    const status = (fillSeq: number, side: string) => ({
      orderId: `x${String(fillSeq)}`,
      status: 'filled',
      state: 'filled',
      symbol: 'BTC-USDT',
      side,
      qty: '1',
      orderQty: '1',
      requestId: 'x',
      sessionId: 'x',
      fillId: `x${String(fillSeq)}.f1`,
      fillSeq,
      fillNumber: 1,
      price: '120',
      feeQuote: '0',
      profit: '0',
      atMs: START_MS + 6 * HOUR_MS,
      exchange: 'paper',
      simulated: true,
    });
    const booked = async () => (await desk.call(desk.portfolio, '/portfolio/holdings')).body['lastFillSeq'];
    await desk.publish('exec.status', 'x5', status(5, 'sell'));
    await eventually(() => desk.pending('exec.status', 'portfolio')).toBe(0);
    expect(await booked()).toBe(3);
    await desk.publish('exec.status', 'x4', status(4, 'buy'));
    await eventually(booked).toBe(5);
  });

  test('the equity at 00:00 UTC counts the fills before it, late ones too', async () => {
    await desk.publish('market.candles', 'step:23', aStep(23, {}, '130'));
    const points = async () => (await desk.call(desk.portfolio, '/portfolio/equity')).body['points'];
    // 1000 - 0.1 | + 10 - 0.11 | - 120 - 0.12 + 130 | x4, x5 are worth nothing together
    await eventually(points).toEqual([{ atMs: START_MS + 24 * HOUR_MS, equityQuote: '1019.67' }]);
    await desk.publish('exec.status', 'x6', {
      ...(await desk.payloads('exec.status')).at(-1),
      orderId: 'x6',
      fillId: 'x6.f1',
      fillSeq: 6,
      side: 'buy',
      price: '125',
      atMs: START_MS + 23 * HOUR_MS,
    });
    await eventually(points).toEqual([{ atMs: START_MS + 24 * HOUR_MS, equityQuote: '1024.67' }]);
  });
});

describe('broken messages', () => {
  test('are dead-lettered with a reason and stop nobody', async () => {
    await desk.append('exec.orders', 'data', '{not json', 'id', 'broken:1', 'type', 'order', 'v', '1');
    await desk.publish('exec.orders', 'broken:2', { orderId: 'b2' });
    await desk.publish('exec.orders', 'broken:3', anOrderMessage({ requestId: 'b3', symbol: 'DOGE-USDT' }));
    await desk.append('market.candles', 'nothing', 'here');
    await desk.publish('exec.status', 'broken:4', {
      ...(await desk.payloads('exec.status'))[0],
      fillSeq: 99,
      atMs: undefined,
    });
    await eventually(() => desk.deadLetters('exec.orders')).toHaveLength(4);
    await eventually(() => desk.deadLetters('exec.status')).toEqual(['incomplete_fill']);
    expect(await desk.deadLetters('exec.orders')).toContain('unknown_symbol');
    await desk.publish('market.candles', 'step:30', aStep(30));
    await eventually(() => progressOf(30)).toBeDefined();
  });
});
