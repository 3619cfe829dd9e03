import assert from 'node:assert/strict';
import type { LiveStore } from '../adapters/live-store.js';
import type { LiveIntent, LiveOrderPatch } from '../live/live-order.js';
import { differenceRules, type LiveStoreRule } from './live-difference-contract.js';
import { exitRules } from './live-exit-contract.js';
import { ACCOUNT, aFillRow, aLiveIntent, AT_MS, aVenueFill } from './live-store-rows.js';

/** An open account with these orders. */
async function withOrders(store: LiveStore, ...intents: readonly Partial<LiveIntent>[]): Promise<void> {
  await store.open(ACCOUNT);
  for (const fields of intents) await store.transact((live) => live.insertOrder(aLiveIntent(fields)));
}

async function patch(store: LiveStore, orderId: string, change: LiveOrderPatch): Promise<void> {
  await store.transact((live) => live.updateOrder(orderId, change));
}

const idsOf = (orders: readonly { readonly orderId: string }[]) => orders.map(({ orderId }) => orderId);
const claimTerms = { owner: 'p1/a', limit: 10, leaseMs: 60_000, requestsMs: 30_000 };

const orderRules: readonly LiveStoreRule[] = [
  {
    rule: 'opens once, and not as the account of another exchange or currency',
    check: async (store) => {
      await store.open(ACCOUNT);
      await store.open({ ...ACCOUNT, startEquityQuote: '5' });
      const { openedAtMs, ...account } = await store.loadAccount();
      assert.ok(openedAtMs > 0);
      assert.deepEqual(account, {
        ...ACCOUNT,
        cashQuote: '1000',
        positions: {},
        lastFillSeq: 0,
        lastFillAtMs: 0,
        halt: { haltVersion: 0, halted: false, reason: null },
        confirmedBy: undefined,
        confirmedAtMs: undefined,
        reservedQuote: '0',
        reservedQty: {},
        openOrders: 0,
      });
      await assert.rejects(store.open({ ...ACCOUNT, exchange: 'kraken' }), { code: 'other_account' });
      await assert.rejects(store.open({ ...ACCOUNT, quoteCurrency: 'USD' }), { code: 'other_account' });
    },
  },
  {
    rule: 'keeps an intent with all its terms, once; found by its id, its client id and the id at the venue',
    check: async (store) => {
      const exits = { stopPrice: '95' };
      const kind = { type: 'limit', price: '99', timeInForce: 'gtc', postOnly: true } as const;
      await withOrders(store, { kind, exits, reduceOnly: true, timeframe: undefined });
      assert.equal(await store.transact((live) => live.insertOrder(aLiveIntent({ qty: '7' }))), false);
      await patch(store, 'o1', { venueOrderId: 'v1' });
      const found = await store.transact(async (live) => [
        await live.lockOrder({ orderId: 'o1' }),
        await live.lockOrder({ clientOrderId: 'c-o1' }),
        await live.lockOrder({ symbol: 'BTC-USDT', venueOrderId: 'v1' }),
      ]);
      const { haltVersion: _halt, approval: _approval, exchange: _exchange, ...terms } = aLiveIntent();
      for (const order of found) {
        assert.ok(order !== undefined && order.createdAtMs > 0 && order.dueAtMs > 0);
        const { createdAtMs: _created, dueAtMs: _due, ...rest } = order;
        assert.deepEqual(rest, {
          ...terms,
          ...{ kind, exits, reduceOnly: true, timeframe: undefined, venueOrderId: 'v1' },
          ...{ filledQty: '0', fillCount: 0, owner: undefined, leaseUntilMs: 0, requestsExpireAtMs: null, attempts: 0 },
          ...{ lookUps: 0, venueState: undefined, venueFilledQty: '0', cancelReason: undefined },
          ...{ cancelDueAtMs: undefined, cancelAttempts: 0 },
        });
      }
      assert.equal(
        await store.transact((live) => live.lockOrder({ symbol: 'ETH-USDT', venueOrderId: 'v1' })),
        undefined,
      );
      assert.deepEqual(idsOf(await store.ordersByClientId(['c-o1', 'c-o2'])), ['o1']);
    },
  },
  {
    rule: 'keeps every change of an order, and takes back what is undefined',
    check: async (store) => {
      await withOrders(store, {});
      const change: LiveOrderPatch = {
        state: 'partially_filled',
        reason: 'why',
        filledQty: '0.25',
        fillCount: 2,
        owner: 'p1/a',
        leaseUntilMs: AT_MS + 1,
        requestsExpireAtMs: AT_MS + 2,
        attempts: 3,
        lookUps: 4,
        dueAtMs: AT_MS + 3,
        venueOrderId: 'v1',
        venueState: 'partially_filled',
        venueFilledQty: '0.5',
        cancelReason: 'halted',
        cancelDueAtMs: AT_MS + 4,
        cancelAttempts: 5,
      };
      await patch(store, 'o1', change);
      const [changed] = await store.openOrders();
      assert.deepEqual({ ...changed, ...change }, changed);
      const cleared = { reason: undefined, owner: undefined, requestsExpireAtMs: null, cancelDueAtMs: undefined };
      await patch(store, 'o1', cleared);
      assert.deepEqual(await store.openOrders(), [{ ...changed, ...cleared }]);
    },
  },
  {
    rule: 'counts what open orders may still take, those of unknown outcome too, and nothing of those that have ended',
    check: async (store) => {
      await withOrders(
        store,
        {},
        { orderId: 'o2', qty: '2' },
        { orderId: 'o3', side: 'sell', qty: '0.5' },
        { orderId: 'o4', side: 'sell', qty: '0.25', symbol: 'ETH-USDT' },
        { orderId: 'o5', state: 'denied', reason: 'lot_size' },
      );
      await patch(store, 'o1', { state: 'unknown' });
      await patch(store, 'o2', { state: 'partially_filled', filledQty: '0.5' });
      const account = await store.loadAccount();
      assert.equal(account.reservedQuote, '252.5');
      assert.deepEqual(account.reservedQty, { 'BTC-USDT': '0.5', 'ETH-USDT': '0.25' });
      assert.equal(account.openOrders, 4);
      await patch(store, 'o1', { state: 'rejected' });
      assert.equal((await store.loadAccount()).reservedQuote, '151.5');
    },
  },
  {
    rule: 'locks open orders by side, session and symbol, oldest first',
    check: async (store) => {
      await withOrders(
        store,
        {},
        { orderId: 'o2', side: 'sell' },
        { orderId: 'o3', sessionId: 's2', symbol: 'ETH-USDT' },
        { orderId: 'o4', state: 'denied' },
      );
      const locked = (which: Parameters<Parameters<Parameters<LiveStore['transact']>[0]>[0]['lockOpenOrders']>[0]) =>
        store.transact(async (live) => idsOf(await live.lockOpenOrders(which)));
      assert.deepEqual(await locked({}), ['o1', 'o2', 'o3']);
      assert.deepEqual(await locked({ side: 'buy' }), ['o1', 'o3']);
      assert.deepEqual(await locked({ sessionId: 's2' }), ['o3']);
      assert.deepEqual(await locked({ symbols: ['BTC-USDT'] }), ['o1', 'o2']);
    },
  },
];

const claimRules: readonly LiveStoreRule[] = [
  {
    rule: 'claims intended orders that are due, oldest first, as sent with a lease; none that shall be cancelled',
    check: async (store) => {
      await withOrders(store, {}, { orderId: 'o2' }, { orderId: 'o3' }, { orderId: 'o4' }, { orderId: 'o5' });
      await patch(store, 'o2', { dueAtMs: 4_102_444_800_000 });
      await patch(store, 'o3', { cancelReason: 'halted' });
      const { orders, nowMs } = await store.claimIntended({ ...claimTerms, limit: 2 });
      assert.deepEqual(idsOf(orders), ['o1', 'o4']);
      for (const { state, owner, attempts, leaseUntilMs, requestsExpireAtMs } of orders) {
        assert.deepEqual([state, owner, attempts], ['sent', 'p1/a', 1]);
        assert.ok(Math.abs(leaseUntilMs - nowMs - 60_000) < 5);
        assert.ok(Math.abs((requestsExpireAtMs ?? 0) - nowMs - 30_000) < 5);
      }
      const rest = await store.claimIntended({ ...claimTerms, requestsMs: null });
      assert.deepEqual(
        rest.orders.map(({ orderId, requestsExpireAtMs }) => [orderId, requestsExpireAtMs]),
        [['o5', null]],
      );
      assert.deepEqual((await store.claimIntended(claimTerms)).orders, []);
    },
  },
  {
    rule: 'leaves the orders of a symbol while another process has one of it on its way',
    check: async (store) => {
      await withOrders(store, {}, { orderId: 'o2' }, { orderId: 'o3', symbol: 'ETH-USDT' });
      await store.claimIntended({ ...claimTerms, limit: 1 });
      assert.deepEqual(idsOf((await store.claimIntended({ ...claimTerms, owner: 'p2/b' })).orders), ['o3']);
      assert.deepEqual(idsOf((await store.claimIntended({ ...claimTerms, owner: 'p1/c' })).orders), ['o2']);
    },
  },
  {
    rule: 'hands out orders of unknown outcome once their lease is over, and then under a new one',
    check: async (store) => {
      await withOrders(store, {}, { orderId: 'o2' }, { orderId: 'o3' });
      await store.claimIntended({ ...claimTerms, limit: 1 });
      await store.claimIntended({ ...claimTerms, limit: 1, leaseMs: 0 });
      await patch(store, 'o3', { state: 'unknown', leaseUntilMs: AT_MS, dueAtMs: AT_MS });
      const { orders } = await store.claimUnresolved({ ...claimTerms, owner: 'p1/b' });
      assert.deepEqual(
        orders.map(({ orderId, owner, lookUps, state }) => [orderId, owner, lookUps, state]),
        [
          ['o2', 'p1/b', 1, 'sent'],
          ['o3', 'p1/b', 1, 'unknown'],
        ],
      );
      assert.deepEqual((await store.claimUnresolved(claimTerms)).orders, []);
    },
  },
  {
    rule: 'hands out cancels that are due of open orders that the venue has, and later again',
    check: async (store) => {
      await withOrders(store, {}, { orderId: 'o2' }, { orderId: 'o3' });
      const due = { state: 'acknowledged', cancelReason: 'halted', cancelDueAtMs: AT_MS } as const;
      await patch(store, 'o1', { ...due, venueOrderId: 'v1' });
      await patch(store, 'o2', due);
      await patch(store, 'o3', { ...due, venueOrderId: 'v3', state: 'filled' });
      const orders = await store.claimCancels({ limit: 10, retryMs: 60_000 });
      assert.deepEqual(
        orders.map(({ orderId, cancelAttempts }) => [orderId, cancelAttempts]),
        [['o1', 1]],
      );
      assert.deepEqual(await store.claimCancels({ limit: 10, retryMs: 60_000 }), []);
    },
  },
];

const bookRules: readonly LiveStoreRule[] = [
  {
    rule: 'books a fill: cash, position and numbering, and drops a position of nothing',
    check: async (store) => {
      await withOrders(store, {});
      const books = { cashQuote: '959.96', lastFillSeq: 1, lastFillAtMs: AT_MS, symbol: 'BTC-USDT' };
      await store.transact(async (live) => {
        await live.lockAccount();
        await live.insertFill(aFillRow());
        await live.saveBooks({ ...books, position: { qty: '0.4', costQuote: '40' } });
      });
      const held = await store.loadAccount();
      assert.deepEqual([held.cashQuote, held.lastFillSeq, held.lastFillAtMs], ['959.96', 1, AT_MS]);
      assert.deepEqual(held.positions, { 'BTC-USDT': { qty: '0.4', costQuote: '40' } });
      await store.transact((live) => live.saveBooks({ ...books, position: { qty: '0', costQuote: '0' } }));
      assert.deepEqual((await store.loadAccount()).positions, {});
    },
  },
  {
    rule: 'takes no second fill of one number, and nothing of a transaction that fails',
    check: async (store) => {
      await withOrders(store, {});
      await store.transact((live) => live.insertFill(aFillRow()));
      const doubled = store.transact(async (live) => {
        await live.updateOrder('o1', { state: 'filled' });
        await live.insertFill(aFillRow({ fillId: 'o1.f2', fillNumber: 2 }));
      });
      await assert.rejects(doubled);
      assert.deepEqual(
        (await store.openOrders()).map(({ state }) => state),
        ['intended'],
      );
    },
  },
  {
    rule: 'knows each fill of the venue once by symbol and trade id, and where it stands',
    check: async (store) => {
      await withOrders(store, {});
      const [one, two, three] = [
        aVenueFill(),
        aVenueFill({ tradeId: 't2', atMs: AT_MS - 1 }),
        aVenueFill({ tradeId: 't3' }),
      ];
      await store.transact(async (live) => {
        await live.insertFill(aFillRow());
        await live.putVenueFill(one, { state: 'unmatched', why: 'no order' });
        await live.putVenueFill(two, { state: 'unbookable', why: 'too much' });
        await live.putVenueFill(three, { state: 'unmatched', why: 'no order' });
        await live.putVenueFill(three, { state: 'booked', fillId: 'o1.f1' });
      });
      const known = await store.knownTrades('BTC-USDT', ['t1', 't3', 't4']);
      assert.deepEqual([...known].sort(), ['t1', 't3']);
      assert.deepEqual([...(await store.knownTrades('ETH-USDT', ['t1']))], []);
      assert.deepEqual(await store.openVenueFills(), [
        { fill: two, state: 'unbookable', why: 'too much' },
        { fill: one, state: 'unmatched', why: 'no order' },
      ]);
      await store.transact(async (live) => {
        assert.deepEqual(await live.findVenueFill(three), { state: 'booked', fillId: 'o1.f1' });
        await live.acceptVenueFill(one);
        await live.acceptVenueFill(three);
      });
      const states = await store.transact(async (live) => [
        (await live.findVenueFill(one))?.state,
        (await live.findVenueFill(three))?.state,
        await live.findVenueFill(aVenueFill({ tradeId: 't9' })),
      ]);
      assert.deepEqual(states, ['accepted', 'booked', undefined]);
    },
  },
  {
    rule: 'moves the cursor of a symbol forward only, and tells which symbols are active',
    check: async (store) => {
      await withOrders(store, {}, { orderId: 'o2', symbol: 'ETH-USDT', state: 'denied' });
      await store.moveCursor('BTC-USDT', 10);
      await store.moveCursor('BTC-USDT', 5);
      assert.deepEqual([...(await store.cursors())], [['BTC-USDT', 10]]);
      assert.deepEqual(await store.activeSymbols(60_000), ['BTC-USDT', 'ETH-USDT']);
      assert.deepEqual(await store.activeSymbols(-60_000), ['BTC-USDT']);
    },
  },
  {
    rule: 'keeps the halt, and the first confirmation',
    check: async (store) => {
      await store.open(ACCOUNT);
      const halt = { haltVersion: 3, halted: true, reason: 'daily_loss' };
      await store.transact(async (live) => {
        await live.saveHalt(halt);
        await live.confirmLive('ann');
        await live.confirmLive('bob');
      });
      const account = await store.loadAccount();
      assert.deepEqual([account.halt, account.confirmedBy], [halt, 'ann']);
      assert.ok((account.confirmedAtMs ?? 0) > 0);
    },
  },
];

/** What every store of the live machine keeps to. */
export const liveStoreContract: readonly LiveStoreRule[] = [
  ...orderRules,
  ...claimRules,
  ...bookRules,
  ...differenceRules,
  ...exitRules,
];
