import assert from 'node:assert/strict';
import type { Sql } from '@octant/platform/postgres/sql';
import { matchCandles } from '@octant/trading/exchange/match-candles';
import type { PaperCandle } from '@octant/trading/exchange/match-step';
import { aCandleAt, anExchange, HOUR_MS } from '@octant/trading/testing/an-exchange';
import { fillsChangeOf } from '../account/fills-change.js';
import type { AccountStore, FillsChange, OrderIntent } from '../adapters/account-store.js';

/** An empty store, and how to run something in a transaction of it. */
export interface StoreUnderTest {
  readonly store: AccountStore;
  readonly transact: <Result>(work: (sql: Sql) => Promise<Result>) => Promise<Result>;
}

export interface ContractRule {
  readonly rule: string;
  readonly check: (under: StoreUnderTest) => Promise<void>;
}

const AT_MS = 1_704_070_800_000;

/** A resting buy of 1 BTC-USDT. */
export function anIntent(fields: Partial<OrderIntent> = {}): OrderIntent {
  const orderId = fields.orderId ?? 'o1';
  return {
    orderId,
    clientOrderId: `c-${orderId}`,
    symbol: 'BTC-USDT',
    side: 'buy',
    qty: '1',
    referencePrice: '100',
    notBeforeMs: AT_MS,
    timeframe: '1h',
    requestId: 'r1',
    sessionId: 's1',
    traceId: 't1',
    haltVersion: 0,
    approval: { requestId: 'r1', riskScore: 0.1 },
    exchange: 'paper',
    simulated: true,
    state: 'acknowledged',
    reason: undefined,
    ...fields,
  };
}

/** The change that a closed candle from AT_MS on makes of the account, under rules that let an order fill in parts. */
async function aChangeOf(store: AccountStore, candle: Partial<PaperCandle> = {}): Promise<FillsChange> {
  const account = await store.load();
  const { cashQuote: cash, positions, openOrders: orders, exits } = account;
  const before = { openTimeMs: 0, high: '101', low: '99', close: '100', volume: '1000' };
  const step = {
    candles: { 'BTC-USDT': aCandleAt(0, { high: '101', low: '99', before, ...candle }) },
    timeframe: '1h',
    closed: true,
  } as const;
  const match = matchCandles({ cash, positions, orders, exits }, step, anExchange({ maxVolumeShare: 0.1 }));
  return fillsChangeOf(account, match, [{ ...before, openTimeMs: AT_MS, symbol: 'BTC-USDT', timeframe: '1h' }]);
}

/** What every account store keeps to. */
export const accountStoreContract: readonly ContractRule[] = [
  {
    rule: 'tells when the last fill was, and which was the last before an instant',
    check: async ({ store, transact }) => {
      await store.open('1000');
      assert.equal((await store.load()).lastFillAtMs, 0);
      await transact((sql) => store.insertOrder(sql, anIntent(), 0));
      const change = await aChangeOf(store);
      await transact((sql) => store.applyFills(sql, change));
      assert.equal((await store.load()).lastFillAtMs, AT_MS);
      assert.equal(await store.lastFillSeqBefore(AT_MS), 0);
      assert.equal(await store.lastFillSeqBefore(AT_MS + 1), 1);
    },
  },
  {
    rule: 'opens once: a second start equity changes nothing',
    check: async ({ store }) => {
      await store.open('1000');
      await store.open('5');
      const { revision, cashQuote, startEquityQuote, positions, openOrders, halt } = await store.load();
      assert.deepEqual([revision, cashQuote, startEquityQuote, positions, openOrders], [0, '1000', '1000', {}, []]);
      assert.deepEqual(halt, { haltVersion: 0, halted: false, reason: null });
    },
  },
  {
    rule: 'keeps a resting order with all that its messages need',
    check: async ({ store, transact }) => {
      await store.open('1000');
      assert.equal(await transact((sql) => store.insertOrder(sql, anIntent(), 0)), undefined);
      const account = await store.load();
      assert.equal(account.revision, 1);
      const {
        orderId,
        symbol,
        side,
        qty,
        referencePrice,
        notBeforeMs,
        timeframe,
        state,
        requestId,
        sessionId,
        traceId,
      } = anIntent();
      assert.deepEqual(account.openOrders, [
        { orderId, symbol, side, qty, referencePrice, notBeforeMs, timeframe, state, requestId, sessionId, traceId },
      ]);
    },
  },
  {
    rule: 'keeps a denied order, but not among the open ones',
    check: async ({ store, transact }) => {
      await store.open('1000');
      await transact((sql) => store.insertOrder(sql, anIntent({ state: 'denied', reason: 'lot_size' }), 0));
      assert.deepEqual((await store.load()).openOrders, []);
      const known = await transact((sql) => store.insertOrder(sql, anIntent(), 1));
      assert.equal(known?.state, 'denied');
      assert.equal(known.reason, 'lot_size');
    },
  },
  {
    rule: 'answers a known order id with the order that came first, at any revision, and writes nothing',
    check: async ({ store, transact }) => {
      await store.open('1000');
      await transact((sql) => store.insertOrder(sql, anIntent(), 0));
      const known = await transact((sql) => store.insertOrder(sql, anIntent({ qty: '7' }), 99));
      assert.deepEqual(known, {
        symbol: 'BTC-USDT',
        side: 'buy',
        qty: '1',
        sessionId: 's1',
        state: 'acknowledged',
        reason: undefined,
      });
      assert.equal((await store.load()).revision, 1);
    },
  },
  {
    rule: 'refuses an order that was decided on an old account',
    check: async ({ store, transact }) => {
      await store.open('1000');
      await transact((sql) => store.insertOrder(sql, anIntent(), 0));
      const late = transact((sql) => store.insertOrder(sql, anIntent({ orderId: 'o2' }), 0));
      await assert.rejects(late, { code: 'stale_account' });
      assert.equal((await store.load()).openOrders.length, 1);
    },
  },
  {
    rule: 'books fills: cash, position, numbering, and the order rests no more',
    check: async ({ store, transact }) => {
      await store.open('1000');
      await transact((sql) => store.insertOrder(sql, anIntent(), 0));
      const change = await aChangeOf(store);
      await transact((sql) => store.applyFills(sql, change));
      assert.deepEqual(await store.load(), change.account);
      await assert.rejects(
        transact((sql) => store.applyFills(sql, change)),
        { code: 'stale_account' },
      );
      assert.deepEqual(await store.load(), change.account);
    },
  },
  {
    rule: 'keeps a part that has filled, the exits of it, and an exit that sells in parts, until nothing is left',
    check: async ({ store, transact }) => {
      await store.open('1000');
      const exits = { stopPrice: '95', trailingDistance: '20', maxCandles: 9 };
      await transact((sql) => store.insertOrder(sql, anIntent({ exits }), 0));
      const thin = { openTimeMs: 0, high: '101', low: '99', close: '100', volume: '6' };
      const falling = { low: '90', volume: '4' };
      const candles = [
        { before: thin },
        { openTimeMs: AT_MS + HOUR_MS, high: '104' },
        { openTimeMs: AT_MS + 2 * HOUR_MS, ...falling },
        { openTimeMs: AT_MS + 3 * HOUR_MS, open: '94', ...falling },
      ];
      const seen: unknown[] = [];
      for (const candle of candles) {
        const change = await aChangeOf(store, candle);
        await transact((sql) => store.applyFills(sql, change));
        const account = await store.load();
        assert.deepEqual(account, change.account);
        seen.push([
          account.openOrders.map(({ state }) => state),
          account.exits.map(({ qty, sold }) => [qty, sold?.kind]),
        ]);
      }
      assert.deepEqual(seen, [
        [['partially_filled'], [['0.6', undefined]]],
        [[], [['1', undefined]]],
        [[], [['0.6', 'stop']]],
        [[], []],
      ]);
      const known = await transact((sql) => store.insertOrder(sql, anIntent({ orderId: 'o1.stop' }), 99));
      assert.deepEqual([known?.side, known?.qty, known?.state], ['sell', '1', 'filled']);
    },
  },
  {
    rule: 'takes away the exits of a session that has ended, and keeps those of others',
    check: async ({ store, transact }) => {
      await store.open('1000');
      await transact((sql) => store.insertOrder(sql, anIntent({ exits: { stopPrice: '95' } }), 0));
      const change = await aChangeOf(store);
      await transact((sql) => store.applyFills(sql, change));
      assert.deepEqual(await transact((sql) => store.endExits(sql, 's2')), []);
      const ended = await transact((sql) => store.endExits(sql, 's1'));
      assert.deepEqual(
        ended.map(({ orderId, exits }) => [orderId, exits]),
        [['o1', { stopPrice: '95' }]],
      );
      assert.deepEqual((await store.load()).exits, []);
    },
  },
  {
    rule: 'a halt cancels resting buys and leaves sells; the next order must know the new account',
    check: async ({ store, transact }) => {
      await store.open('1000');
      await transact((sql) => store.insertOrder(sql, anIntent(), 0));
      await transact((sql) => store.insertOrder(sql, anIntent({ orderId: 'o2', side: 'sell' }), 1));
      const halt = { haltVersion: 3, halted: true, reason: 'daily_loss' };
      const { canceled, haltVersion } = await transact((sql) => store.applyHalt(sql, halt));
      assert.equal(haltVersion, 3);
      assert.deepEqual(
        canceled.map(({ orderId, state }) => [orderId, state]),
        [['o1', 'canceled']],
      );
      const account = await store.load();
      assert.deepEqual(
        account.openOrders.map(({ orderId }) => orderId),
        ['o2'],
      );
      assert.deepEqual(account.halt, halt);
      const stale = transact((sql) => store.insertOrder(sql, anIntent({ orderId: 'o3' }), 2));
      await assert.rejects(stale, { code: 'stale_account' });
    },
  },
  {
    rule: 'the end of a session cancels its resting orders and no others',
    check: async ({ store, transact }) => {
      await store.open('1000');
      await transact((sql) => store.insertOrder(sql, anIntent({ sessionId: 'ended' }), 0));
      await transact((sql) => store.insertOrder(sql, anIntent({ orderId: 'o2', sessionId: 'running' }), 1));
      const canceled = await transact((sql) => store.cancelSession(sql, 'ended', 'session_ended'));
      assert.deepEqual(
        canceled.map(({ orderId, state }) => [orderId, state]),
        [['o1', 'canceled']],
      );
      const { openOrders } = await store.load();
      assert.deepEqual(
        openOrders.map(({ orderId }) => orderId),
        ['o2'],
      );
      assert.deepEqual(await transact((sql) => store.cancelSession(sql, 'ended', 'session_ended')), []);
    },
  },
  {
    rule: 'an older halt changes nothing and answers the version in force',
    check: async ({ store, transact }) => {
      await store.open('1000');
      await transact((sql) => store.applyHalt(sql, { haltVersion: 3, halted: true, reason: null }));
      const before = await store.load();
      const late = { haltVersion: 2, halted: false, reason: null };
      const applied = await transact((sql) => store.applyHalt(sql, late));
      assert.deepEqual(applied, { haltVersion: 3, canceled: [] });
      assert.deepEqual(await store.load(), before);
    },
  },
];
