import { openDatabase, type OpenDatabase } from '@octant/platform/postgres/open-database';
import { TransientError } from '@octant/platform/errors/errors';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { anOrderMessage, aStep, eventually, ExecutionDesk, START_MS, HOUR_MS } from './execution-desk.js';

/** What becomes of a transaction that Postgres has committed. */
type Fate = 'fine' | 'reply lost' | 'process gone';

let desk: ExecutionDesk;
let fate: Fate = 'fine';

/** A database whose next commits meet the present fate; `process gone` never answers, like a process that was killed. */
function fatefulDatabase(options: Parameters<typeof openDatabase>[0]): OpenDatabase {
  const database = openDatabase(options);
  return {
    ...database,
    transaction: async (work) => {
      const result = await database.transaction(work);
      if (fate === 'process gone') return new Promise(() => undefined);
      if (fate === 'reply lost') {
        fate = 'fine';
        throw new TransientError('expected the reply of a commit, was cut off', { code: 'connection_lost' });
      }
      return result;
    },
  };
}

beforeEach(async () => {
  fate = 'fine';
  desk = new ExecutionDesk();
  await desk.open();
});

afterEach(() => desk.close());

const states = async () => (await desk.payloads('exec.status')).map((status) => status['state']);
const rows = async (table: string) => {
  const { rows: found } = await desk.sql.query<{ count: string }>(`SELECT count(*) FROM ${table}`);
  return Number(found[0]?.count);
};
const isHalted = async () =>
  (await desk.sql.query<{ halted: boolean }>('SELECT halted FROM paper_account')).rows[0]?.halted ?? false;

/** The commit of `act` is the last that the process lives through; another process takes over. */
async function dieAfterCommitOf(act: () => Promise<void>, happened: () => Promise<boolean>): Promise<void> {
  fate = 'process gone';
  await act();
  await eventually(happened).toBe(true);
  const dead = desk.executor;
  await desk.stop(dead);
  fate = 'fine';
  await desk.startExecutor({ database: fatefulDatabase }, 400);
}

describe.each(['reply lost', 'process gone'] as const)('a commit whose end nobody hears: %s', (chosen) => {
  const meet = async (act: () => Promise<void>, happened: () => Promise<boolean>): Promise<void> => {
    if (chosen === 'process gone') return dieAfterCommitOf(act, happened);
    fate = 'reply lost';
    await act();
  };

  test('an order is taken once and acknowledged once', async () => {
    await desk.startExecutor({ database: fatefulDatabase }, 400);
    await meet(
      () => desk.publish('exec.orders', 'order:1', anOrderMessage()),
      async () => (await rows('orders')) === 1,
    );
    await eventually(states).toEqual(['acknowledged']);
    await desk.publish('market.candles', 'step:0', aStep(0));
    await eventually(states).toEqual(['acknowledged', 'filled']);
    expect(await rows('orders')).toBe(1);
  });

  test('a fill happens once, and its status is out before the progress of its candle', async () => {
    await desk.startExecutor({ database: fatefulDatabase }, 400);
    await desk.publish('exec.orders', 'order:1', anOrderMessage());
    await eventually(states).toEqual(['acknowledged']);
    await meet(
      () => desk.publish('market.candles', 'step:0', aStep(0)),
      async () => (await rows('fills')) === 1,
    );
    await eventually(() => desk.payloads('exec.progress')).toMatchObject([{ lastFillSeq: 1 }]);
    expect(await states()).toEqual(['acknowledged', 'filled']);

    const sell = { requestId: 's1.BTC-USDT.2', side: 'sell', notBeforeMs: START_MS + HOUR_MS };
    await desk.publish('exec.orders', 'order:2', anOrderMessage(sell));
    await eventually(states).toEqual(['acknowledged', 'filled', 'acknowledged']);
    await desk.publish('market.candles', 'step:1', aStep(1, {}, '110'));
    await eventually(async () => (await desk.payloads('exec.progress')).length).toBe(2);
    expect((await desk.call(desk.executor, '/trade/account')).body).toMatchObject({
      cashQuote: '1009.79',
      positions: [],
      lastFillSeq: 2,
      openOrders: 0,
    });
    expect((await desk.call(desk.executor, '/trade/fills')).body).toMatchObject({ duplicates: 0 });
  });

  test('an exit sells once, in the candle that triggers it', async () => {
    await desk.startExecutor({ database: fatefulDatabase }, 400);
    const exits = { stopPrice: '95', takeProfitPrice: '120', trailingDistance: '8' };
    const candle = (low: string, high: string) => ({
      candles: [{ symbol: 'BTC-USDT', open: '100', high, low, close: '100', volume: '1' }],
    });
    await desk.publish('exec.orders', 'order:1', anOrderMessage({ exits }));
    await eventually(states).toEqual(['acknowledged']);
    await meet(
      () => desk.publish('market.candles', 'step:0', aStep(0, candle('99', '101'))),
      async () => (await rows('paper_exits')) === 1,
    );
    await eventually(() => desk.payloads('exec.progress')).toMatchObject([{ lastFillSeq: 1 }]);
    const follows = async () => {
      const { rows: found } = await desk.sql.query<{ high: string }>(
        'SELECT high_price::text AS high FROM paper_exits',
      );
      return found[0]?.high === '104';
    };
    const settled = () => eventually(() => desk.pending('market.candles', 'exec')).toBe(0);
    await settled();
    await meet(() => desk.publish('market.candles', 'step:1', aStep(1, candle('99', '104'))), follows);
    await eventually(async () => (await desk.payloads('exec.progress')).length).toBe(2);
    await settled();
    await meet(
      () => desk.publish('market.candles', 'step:2', aStep(2, candle('96', '100'))),
      async () => (await rows('fills')) === 2,
    );
    await eventually(() => desk.payloads('exec.progress')).toMatchObject([{}, {}, { lastFillSeq: 2 }]);
    const orderId = anOrderMessage().orderId;
    expect((await desk.payloads('exec.status')).map((status) => [status['orderId'], status['state']])).toEqual([
      [orderId, 'acknowledged'],
      [orderId, 'filled'],
      [`${orderId}.trail`, 'filled'],
    ]);
    expect((await desk.call(desk.executor, '/trade/account')).body).toMatchObject({
      cashQuote: '995.804',
      positions: [],
      exits: [],
      lastFillSeq: 2,
    });
    expect((await desk.call(desk.executor, `/trade/status/${orderId}.trail`)).body).toMatchObject({
      side: 'sell',
      state: 'filled',
      fills: [{ price: '96', feeQuote: '0.096', profit: '-4' }],
    });
  });

  test('a halt takes effect once', async () => {
    await desk.startExecutor({ database: fatefulDatabase }, 400);
    await desk.publish('exec.orders', 'order:1', anOrderMessage());
    await eventually(states).toEqual(['acknowledged']);
    await meet(() => desk.publish('orchestrator.commands', 'halt:1', { type: 'halt', haltVersion: 1 }), isHalted);
    await eventually(() => desk.payloads('exec.progress')).toMatchObject([{ haltVersion: 1 }]);
    expect(await states()).toEqual(['acknowledged', 'canceled']);
    await desk.publish('market.candles', 'step:0', aStep(0));
    await eventually(async () => (await desk.payloads('exec.progress')).length).toBe(2);
    expect(await rows('fills')).toBe(0);
  });
});

test('an order over HTTP whose reply is lost is answered by the repeat and published once', async () => {
  await desk.startExecutor({ database: fatefulDatabase });
  fate = 'reply lost';
  const order = { ...anOrderMessage(), orderId: 'h1' };
  expect((await desk.call(desk.executor, '/trade/submit', order)).status).toBe(503);
  expect((await desk.call(desk.executor, '/trade/submit', order)).body).toEqual({
    orderId: 'h1',
    status: 'pending',
    state: 'acknowledged',
  });
  await eventually(states).toEqual(['acknowledged']);
});

test('an order over HTTP whose client never comes back is published by the outbox', async () => {
  await desk.startExecutor({ database: fatefulDatabase });
  fate = 'reply lost';
  await desk.call(desk.executor, '/trade/submit', { ...anOrderMessage(), orderId: 'h1' });
  await eventually(states).toEqual(['acknowledged']);
});

test('the portfolio books each fill once when the reply of its commit is lost', async () => {
  await desk.startExecutor();
  await desk.startPortfolio({ database: fatefulDatabase });
  await desk.publish('exec.orders', 'order:1', anOrderMessage());
  await eventually(states).toEqual(['acknowledged']);
  fate = 'reply lost';
  await desk.publish('market.candles', 'step:0', aStep(0));
  const holdings = async () => (await desk.call(desk.portfolio, '/portfolio/holdings')).body;
  await eventually(holdings).toMatchObject({ lastFillSeq: 1, cashQuote: '899.9' });
  await desk.stop(desk.portfolio);
  await desk.startPortfolio();
  expect(await holdings()).toMatchObject({
    lastFillSeq: 1,
    cashQuote: '899.9',
    markedAtMs: START_MS + HOUR_MS,
    positions: [{ symbol: 'BTC-USDT', qty: '1', markPrice: '100' }],
  });
});

test('a rebalance sends its plan once, and a repeat answers the same orders', async () => {
  await desk.startExecutor();
  await desk.startPortfolio();
  const rebalance = (body: Record<string, unknown>) => desk.call(desk.portfolio, '/portfolio/rebalance', body);
  expect(await rebalance({ requestId: 'r1' })).toMatchObject({ status: 503, body: { code: 'no_price' } });
  await desk.publish('market.candles', 'step:0', aStep(0));
  await eventually(async () => (await desk.call(desk.portfolio, '/portfolio/holdings')).body['markedAtMs']).toBe(
    START_MS + HOUR_MS,
  );
  const order = { symbol: 'BTC-USDT', side: 'buy', qty: '5', referencePrice: '100' };
  expect((await rebalance({ dryRun: true })).body['orders']).toEqual([
    { ...order, orderId: 'rebalance.dry-run.0', status: 'planned' },
  ]);
  expect(await rows('orders')).toBe(0);
  const first = await rebalance({ requestId: 'r1' });
  expect(first.body).toMatchObject({
    requestId: 'r1',
    equityQuote: '1000',
    orders: [{ ...order, orderId: 'rebalance.r1.0', status: 'pending', state: 'acknowledged' }],
  });
  expect(await rebalance({ requestId: 'r1' })).toEqual(first);
  expect(desk.riskQuestions).toHaveLength(1);
  await desk.publish('market.candles', 'step:1', aStep(1));
  await eventually(
    async () => (await desk.call(desk.portfolio, '/portfolio/holdings')).body['positions'],
  ).toMatchObject([{ qty: '5' }]);
  expect((await rebalance({ requestId: 'r2' })).body['orders']).toEqual([]);
});

test('a fill whose status was lost is got from the executor', async () => {
  await desk.startExecutor();
  await desk.publish('exec.orders', 'order:1', anOrderMessage());
  await eventually(states).toEqual(['acknowledged']);
  await desk.publish('market.candles', 'step:0', aStep(0));
  await eventually(states).toEqual(['acknowledged', 'filled']);
  await desk.lose('exec.status');
  await desk.startPortfolio();
  const question = { symbol: 'BTC-USDT', side: 'sell', confidence: 1, price: '100', asOf: 1, strategy: 'bold' };
  const size = () => desk.call(desk.portfolio, '/portfolio/size', question);
  expect(await size()).toMatchObject({ status: 409, body: { code: 'behind' } });
  await eventually(async () => (await size()).body).toMatchObject({ qty: '1', lastFillSeq: 1 });
});
