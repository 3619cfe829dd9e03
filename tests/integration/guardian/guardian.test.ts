import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { AFTER_MS, GuardedAccount, SYMBOLS, type GuardedOptions } from './guarded-account.js';
import type { VenueName } from '../../support/exchange/faults/fault-script.js';

/** What the guardian may take beyond `after_ms`: a look a second, and the cancellations, which ccxt spaces by a second at Kraken. */
const SLACK_MS = { binance: 6_000, kraken: 18_000 };

let account: GuardedAccount | undefined;

async function guarded(venue: VenueName, options?: GuardedOptions) {
  const opened = await GuardedAccount.open(venue, options);
  account = opened;
  await opened.restOrders();
  return opened;
}

/** Guardian and executor run, and the one has seen the other. */
async function watched(venue: VenueName, options?: GuardedOptions) {
  const opened = await guarded(venue, options);
  const executor = await opened.startExecutor();
  const guardian = await opened.startGuardian();
  await opened.untilPhase('watching');
  return { opened, executor, guardian };
}

afterEach(async () => {
  await account?.close();
  account = undefined;
});

describe.each(['binance', 'kraken'] as const)('a guardian at %s', (venue) => {
  const [btc, eth] = SYMBOLS[venue];

  test('cancels every order of an executor that is killed, once, and watches the next one', async () => {
    const { opened, executor } = await watched(venue);
    expect(opened.openCount()).toBe(3);
    const killedMs = Date.now();
    await opened.kill(executor);
    const status = await opened.untilPhase('tripped');
    expect(Date.now() - killedMs).toBeLessThan(AFTER_MS + SLACK_MS[venue]);
    expect(opened.openCount()).toBe(0);
    expect(opened.guardianSells()).toEqual([]);
    expect(status['lastTrip']).toMatchObject({ canceled: 3, sold: [], left: [] });
    await opened.until('both notices are published', async () => (await opened.notices()).length === 2);
    expect(await opened.notices()).toEqual(['acting', 'tripped']);

    await opened.startExecutor();
    await opened.restOrders();
    await opened.untilPhase('watching');
    expect(opened.openCount()).toBe(3);
  });

  test('keeps the stop of what the executor holds', async () => {
    const { opened, executor } = await watched(venue);
    await opened.restExit();
    await opened.kill(executor);
    const status = await opened.untilPhase('tripped');
    expect(status['lastTrip']).toMatchObject({ canceled: 3, sold: [] });
    expect([opened.openCount(), opened.guardianSells()]).toEqual([1, []]);
  });

  test('sells exactly what is held, whatever the venue drops on the way', async () => {
    const { opened, executor } = await watched(venue, { flatten: true });
    opened.control.setMaintenance(5_000);
    await opened.kill(executor);
    await opened.until('it acts', () => opened.said.includes('the guardian is acting'));
    const status = await opened.untilPhase('tripped');
    expect(opened.openCount()).toBe(0);
    const lot = venue === 'binance' ? '0.12345' : '0.12345678';
    expect(opened.guardianSells()).toEqual([
      { symbol: btc, side: 'sell', qty: lot, filledQty: lot },
      { symbol: eth, side: 'sell', qty: '2', filledQty: '2' },
    ]);
    expect(status['lastTrip']).toMatchObject({
      sold: [
        { symbol: btc, qty: lot },
        { symbol: eth, qty: '2' },
      ],
    });
  });

  test('goes on where a killed one was, and sells nothing twice', async () => {
    const { opened, executor, guardian } = await watched(venue, { flatten: true });
    await opened.kill(executor);
    await opened.until('the first sell is there', () => opened.guardianSells().length > 0);
    await opened.kill(guardian);
    await opened.startGuardian();
    await opened.untilPhase('tripped');
    const sold = opened.guardianSells();
    expect(sold.map(({ symbol }) => symbol)).toEqual([btc, eth]);
    expect(sold.every(({ qty, filledQty }) => qty === filledQty)).toBe(true);
  });

  test('refuses a key that may withdraw', async () => {
    const opened = await guarded(venue, { mayWithdraw: true });
    const guardian = await opened.startGuardian();
    expect(await once(guardian, 'exit')).toEqual([2, null]);
    expect(opened.said).toContain('GUARDIAN_API_KEY: expected a key that may not withdraw, was one that may');
  });
});

test('without Redis it acts on the second witness alone, also when it was started without', async () => {
  const { opened, executor, guardian } = await watched('binance');
  await opened.kill(guardian);
  opened.redisUrl = 'redis://127.0.0.1:1';
  await opened.startGuardian();
  // The executor answers: nothing happens for longer than the time that would be enough.
  await opened.until('a heartbeat was missed', () => opened.said.includes('cannot be read'));
  await new Promise((resolve) => setTimeout(resolve, AFTER_MS + 1_500));
  expect([(await opened.status())['phase'], opened.openCount()]).toEqual(['watching', 3]);
  await opened.kill(executor);
  await opened.untilPhase('tripped');
  expect(opened.openCount()).toBe(0);
});

test('an executor that was never seen trading live is none of its business', async () => {
  const opened = await guarded('binance');
  await opened.startGuardian();
  await new Promise((resolve) => setTimeout(resolve, AFTER_MS + 1_500));
  expect(await opened.status()).toMatchObject({ phase: 'idle' });
  expect(opened.openCount()).toBe(3);
});

test('winds the dead-man timer of Kraken while there are heartbeats, so that the venue cancels when both are gone', async () => {
  const { opened, executor, guardian } = await watched('kraken', { deadManMs: 10_000 });
  await opened.until('it is wound', async () => 'woundMsAgo' in ((await opened.status())['deadMan'] as object));
  await opened.kill(guardian);
  await opened.kill(executor);
  expect(opened.openCount()).toBe(3);
  await opened.until('the venue has cancelled', () => opened.openCount() === 0);
});
