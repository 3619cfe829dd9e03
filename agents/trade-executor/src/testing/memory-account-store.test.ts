import type { Sql } from '@octant/platform/postgres/sql';
import { describe, test } from 'vitest';
import { accountStoreContract } from './account-store-contract.js';
import { MemoryAccountStore } from './memory-account-store.js';

describe('the account store in memory', () => {
  test.each(accountStoreContract.map(({ rule, check }) => [rule, check] as const))('%s', (_rule, check) =>
    check({ store: new MemoryAccountStore(), transact: (work) => work(undefined as unknown as Sql) }),
  );
});
