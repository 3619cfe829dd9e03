import type { Sql } from '@octant/platform/postgres/sql';
import { describe, test } from 'vitest';
import { ledgerStoreContract } from './ledger-store-contract.js';
import { MemoryLedgerStore } from './memory-ledger-store.js';

describe('the ledger store in memory', () => {
  test.each(ledgerStoreContract.map(({ rule, check }) => [rule, check] as const))('%s', (_rule, check) =>
    check({ store: new MemoryLedgerStore(), transact: (work) => work(undefined as unknown as Sql) }),
  );
});
