import { fileURLToPath } from 'node:url';
import { migrateDatabase } from '@octant/platform/postgres/migrate-database';
import { openDatabase, type OpenDatabase } from '@octant/platform/postgres/open-database';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { postgresLedgerStore } from '../../../agents/portfolio-manager/src/adapters/postgres-ledger-store.js';
import { ledgerStoreContract } from '../../../agents/portfolio-manager/src/testing/ledger-store-contract.js';
import { postgresAccountStore } from '../../../agents/trade-executor/src/adapters/postgres-account-store.js';
import { postgresLiveStore } from '../../../agents/trade-executor/src/adapters/postgres-live-store.js';
import { accountStoreContract, anIntent } from '../../../agents/trade-executor/src/testing/account-store-contract.js';
import { liveStoreContract } from '../../../agents/trade-executor/src/testing/live-store-contract.js';
import { freshDesk, type FreshDesk } from '../../support/test-servers.js';

let desk: FreshDesk;
let database: OpenDatabase;

beforeEach(async () => {
  desk = freshDesk('stores');
  const directory = fileURLToPath(new URL('../../../migrations', import.meta.url));
  const { databaseUrl: connection, schema } = desk;
  await migrateDatabase({ connection, schema, directory, logger: pino({ level: 'silent' }) });
  database = openDatabase({ connection, schema, applicationName: 'stores-test' });
});

afterEach(async () => {
  await database.end();
  await desk.drop();
});

describe('the account store in Postgres', () => {
  test.each(accountStoreContract.map(({ rule, check }) => [rule, check] as const))('%s', (_rule, check) =>
    check({ store: postgresAccountStore(database), transact: (work) => database.transaction(work) }),
  );
});

describe('the live store in Postgres', () => {
  test.each(liveStoreContract.map(({ rule, check }) => [rule, check] as const))('%s', (_rule, check) =>
    check(postgresLiveStore(database, () => 'binance')),
  );

  test('refuses a schema with paper orders', async () => {
    const paper = postgresAccountStore(database);
    await paper.open('1000');
    await database.transaction((sql) => paper.insertOrder(sql, anIntent(), 0));
    const live = postgresLiveStore(database, () => 'binance');
    const account = { exchange: 'binance', quoteCurrency: 'USDT', startEquityQuote: '1000' };
    await expect(live.open(account)).rejects.toMatchObject({ code: 'other_account' });
  });
});

describe('the ledger store in Postgres', () => {
  test.each(ledgerStoreContract.map(({ rule, check }) => [rule, check] as const))('%s', (_rule, check) =>
    check({ store: postgresLedgerStore(database), transact: (work) => database.transaction(work) }),
  );
});
