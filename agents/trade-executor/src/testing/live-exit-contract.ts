import assert from 'node:assert/strict';
import type { PartsPlan } from '../live/algorithms/parts-plan.js';
import type { LiveExits } from '../live/exits/live-exits.js';
import type { LiveStoreRule } from './live-difference-contract.js';
import { ACCOUNT, aLiveIntent, AT_MS } from './live-store-rows.js';

const exits: LiveExits = {
  ...{ entryId: 'o1', symbol: 'BTC-USDT', qty: '0.4', sinceMs: AT_MS, highPrice: '101.5', timeStopMs: AT_MS + 1000 },
  ...{ triggered: undefined, orders: 0, failures: 0, dueAtMs: AT_MS },
};

/** Exits and parts in every store of the live machine. */
export const exitRules: readonly LiveStoreRule[] = [
  {
    rule: 'keeps exits with the terms of their entry, changes them, and drops them',
    check: async (store) => {
      await store.open(ACCOUNT);
      const terms = { stopPrice: '95', maxCandles: 3 };
      const older = { ...exits, entryId: 'o2', symbol: 'ETH-USDT', sinceMs: AT_MS - 5, timeStopMs: undefined };
      await store.transact(async (live) => {
        await live.insertOrder(aLiveIntent({ exits: terms }));
        await live.insertOrder(aLiveIntent({ orderId: 'o2', symbol: 'ETH-USDT' }));
        await live.putExits(exits);
        await live.putExits(older);
      });
      assert.deepEqual(await store.exits(), [
        { ...older, terms: {} },
        { ...exits, terms },
      ]);
      const changed = { ...exits, qty: '0.1', highPrice: '103', triggered: 'trail', orders: 2, failures: 1 } as const;
      const seen = await store.transact(async (live) => {
        await live.putExits({ ...changed, dueAtMs: AT_MS + 7 });
        await live.dropExits('o2');
        return [await live.lockExits('BTC-USDT'), await live.lockExits('ETH-USDT'), await live.lockExits()];
      });
      const left = [{ ...changed, dueAtMs: AT_MS + 7 }];
      assert.deepEqual(seen, [left, [], left]);
    },
  },
  {
    rule: 'raises what trailing stops hang on to the highs of candles since their entry, and never lowers it',
    check: async (store) => {
      await store.open(ACCOUNT);
      await store.transact(async (live) => {
        await live.insertOrder(aLiveIntent({ exits: { trailingDistance: '3' } }));
        await live.insertOrder(aLiveIntent({ orderId: 'o2', exits: { stopPrice: '90' } }));
        await live.putExits(exits);
        await live.putExits({ ...exits, entryId: 'o2' });
      });
      const highs = async () => (await store.exits()).map(({ highPrice }) => highPrice);
      const candles = [
        { symbol: 'BTC-USDT', high: '107.25' },
        { symbol: 'ETH-USDT', high: '900' },
      ];
      assert.equal(await store.raiseHighs({ openTimeMs: AT_MS - 1, candles }), false);
      assert.deepEqual(await highs(), ['101.5', '101.5']);
      assert.equal(await store.raiseHighs({ openTimeMs: AT_MS, candles }), true);
      assert.equal(await store.raiseHighs({ openTimeMs: AT_MS, candles }), false);
      const lower = [{ symbol: 'BTC-USDT', high: '100' }];
      assert.equal(await store.raiseHighs({ openTimeMs: AT_MS + 1, candles: lower }), false);
      assert.deepEqual(await highs(), ['107.25', '101.5']);
    },
  },
  {
    rule: 'knows the orders that exits have made, of any state',
    check: async (store) => {
      await store.open(ACCOUNT);
      const count = await store.transact(async (live) => {
        await live.insertOrder(aLiveIntent());
        await live.insertOrder(aLiveIntent({ orderId: 'o1.stop', side: 'sell', exitOf: 'o1' }));
        await live.insertOrder(
          aLiveIntent({ orderId: 'o1.2.stop', side: 'sell', exitOf: 'o1', state: 'denied', reason: 'x' }),
        );
        return [await live.countExitOrders('o1'), await live.countExitOrders('o2')];
      });
      assert.deepEqual(count, [2, 0]);
      const [, stop] = await store.openOrders();
      assert.deepEqual([stop?.orderId, stop?.exitOf], ['o1.stop', 'o1']);
    },
  },
  {
    rule: 'sends parts, not the order that they are of, and reserves for that one alone',
    check: async (store) => {
      await store.open(ACCOUNT);
      const algorithm: PartsPlan = {
        kind: 'twap',
        durationMs: 1000,
        mostQty: '0.5',
        finish: 'market',
        slices: [
          { qty: '0.5', afterMs: 0 },
          { qty: '0.5', afterMs: 500 },
        ],
      };
      const parts = await store.transact(async (live) => {
        await live.insertOrder(aLiveIntent({ algorithm }));
        await live.insertOrder(aLiveIntent({ orderId: 'o1.p1', qty: '0.5', partOf: 'o1', reservePrice: '0' }));
        return live.lockParts('o1');
      });
      assert.deepEqual(
        parts.map(({ orderId, partOf }) => [orderId, partOf]),
        [['o1.p1', 'o1']],
      );
      const whole = (await store.openOrders()).find(({ orderId }) => orderId === 'o1');
      assert.deepEqual(whole?.algorithm, algorithm);
      const { reservedQuote, openOrders } = await store.loadAccount();
      assert.deepEqual([reservedQuote, openOrders], ['101', 1]);
      const terms = { owner: 'p1/a', limit: 10, leaseMs: 60_000, requestsMs: 30_000 };
      const { orders } = await store.claimIntended(terms);
      assert.deepEqual(
        orders.map(({ orderId }) => orderId),
        ['o1.p1'],
      );
    },
  },
];
