import assert from 'node:assert/strict';
import type { Sql } from '@octant/platform/postgres/sql';
import { openLedger } from '@octant/trading/portfolio/ledger';
import type { LedgerStore } from '../adapters/ledger-store.js';
import { bookFills, type BookedFill } from '../book/books.js';

/** An empty store, and how to run something in a transaction of it. */
export interface StoreUnderTest {
  readonly store: LedgerStore;
  readonly transact: <Result>(work: (sql: Sql) => Promise<Result>) => Promise<Result>;
}

export interface ContractRule {
  readonly rule: string;
  readonly check: (under: StoreUnderTest) => Promise<void>;
}

const START_MS = Date.UTC(2024, 0, 1);
const HOUR_MS = 3_600_000;

/** The account's first fill: 1 BTC-USDT at 100, fee 0.1, at 2024-01-01T00:00Z. */
export function aBookedFill(fields: Partial<BookedFill> = {}): BookedFill {
  const fillSeq = fields.fillSeq ?? 1;
  return {
    fillSeq,
    fillId: `o${String(fillSeq)}.f1`,
    orderId: `o${String(fillSeq)}`,
    symbol: 'BTC-USDT',
    side: 'buy',
    qty: '1',
    price: '100',
    feeQuote: '0.1',
    atMs: START_MS,
    ...fields,
  };
}

const anyTime = { fromMs: undefined, toMs: undefined, limit: 10 };
const midnight = { atMs: START_MS + 24 * HOUR_MS, startEquityQuote: '1000', closes: { 'BTC-USDT': '130' } };

/** What every ledger store keeps to. */
export const ledgerStoreContract: readonly ContractRule[] = [
  {
    rule: 'opens once: a second ledger changes nothing',
    check: async ({ store }) => {
      const first = openLedger('1000', START_MS);
      await store.open(first);
      await store.open(openLedger('5', START_MS));
      assert.deepEqual(await store.load(), { revision: 0, ledger: first, waiting: 0 });
    },
  },
  {
    rule: 'keeps the ledger that follows from a fill, and refuses one that was computed on old books',
    check: async ({ store, transact }) => {
      const opened = openLedger('1000', START_MS);
      await store.open(opened);
      const ledger = bookFills(opened, aBookedFill(), []);
      await transact(async (sql) => {
        assert.equal(await store.addFill(sql, aBookedFill()), true);
        await store.save(sql, { revision: 1, ledger, waiting: 0 });
      });
      assert.deepEqual(await store.load(), { revision: 1, ledger, waiting: 0 });
      const late = transact((sql) => store.save(sql, { revision: 1, ledger: opened, waiting: 0 }));
      await assert.rejects(late, { code: 'stale_books' });
    },
  },
  {
    rule: 'keeps a fill once, and counts those that wait',
    check: async ({ store, transact }) => {
      await store.open(openLedger('1000', START_MS));
      const later = [aBookedFill({ fillSeq: 3 }), aBookedFill({ fillSeq: 2 })];
      for (const fill of later) assert.equal(await transact((sql) => store.addFill(sql, fill)), true);
      assert.equal(await transact((sql) => store.addFill(sql, aBookedFill({ fillSeq: 3 }))), false);
      assert.equal((await store.load()).waiting, 2);
      assert.deepEqual(await transact((sql) => store.fillsAfter(sql, 1)), [...later].reverse());
    },
  },
  {
    rule: 'an equity point is the same whether its fills came before it or after it; fills at its instant are not in it',
    check: async ({ store, transact }) => {
      await store.open(openLedger('1000', START_MS));
      const fills = [
        aBookedFill({ fillSeq: 1 }),
        aBookedFill({ fillSeq: 2, side: 'sell', qty: '0.5', price: '110', atMs: START_MS + HOUR_MS }),
        aBookedFill({ fillSeq: 3, symbol: 'ETH-USDT', price: '10', atMs: START_MS + 2 * HOUR_MS }),
        aBookedFill({ fillSeq: 4, atMs: midnight.atMs }),
      ];
      const [first, ...others] = fills;
      await transact((sql) => store.addFill(sql, first ?? aBookedFill()));
      await transact((sql) => store.putEquityPoint(sql, midnight));
      for (const fill of others) await transact((sql) => store.addFill(sql, fill));
      // 1000 + (130-100) - 0.1 - 0.5*(130-110) - 0.1 - 0.1 (ETH-USDT has no close: its own price)
      const expected = [{ atMs: midnight.atMs, equityQuote: '1019.7' }];
      assert.deepEqual(await store.equity(anyTime), expected);
      await transact((sql) => store.putEquityPoint(sql, midnight));
      assert.deepEqual(await store.equity(anyTime), expected);
    },
  },
  {
    rule: 'the curve is ascending, from inclusive, to exclusive, the newest points first to be kept',
    check: async ({ store, transact }) => {
      await store.open(openLedger('1000', START_MS));
      for (const day of [3, 1, 2]) {
        const atMs = START_MS + day * 24 * HOUR_MS;
        await transact((sql) => store.putEquityPoint(sql, { atMs, startEquityQuote: String(day), closes: {} }));
      }
      const days = async (range: Parameters<LedgerStore['equity']>[0]) =>
        (await store.equity(range)).map((point) => point.equityQuote);
      assert.deepEqual(await days(anyTime), ['1', '2', '3']);
      assert.deepEqual(await days({ ...anyTime, limit: 2 }), ['2', '3']);
      const fromMs = START_MS + 2 * 24 * HOUR_MS;
      assert.deepEqual(await days({ ...anyTime, fromMs, toMs: fromMs + 1 }), ['2']);
      assert.deepEqual(await days({ ...anyTime, toMs: fromMs }), ['1']);
    },
  },
];
