import assert from 'node:assert/strict';
import type { LiveStore } from '../adapters/live-store.js';
import type { FoundDifference } from '../live/difference.js';
import { ACCOUNT, aFoundDifference } from './live-store-rows.js';

export interface LiveStoreRule {
  readonly rule: string;
  readonly check: (store: LiveStore) => Promise<void>;
}

/** What every live store keeps to of differences, commands and baselines. */
export const differenceRules: readonly LiveStoreRule[] = [
  {
    rule: 'opens a difference once, refreshes it, and closes it as gone when it is not found any more',
    check: async (store) => {
      await store.open(ACCOUNT);
      const put = (...found: FoundDifference[]) => store.transact((live) => live.putDifferences(found));
      const [first] = await put(aFoundDifference());
      assert.deepEqual(
        { ...first, id: 0, foundAtMs: 0 },
        {
          ...aFoundDifference(),
          ...{ id: 0, foundAtMs: 0, state: 'open', resolvedAtMs: undefined, resolvedBy: undefined },
        },
      );
      assert.deepEqual(
        await put(aFoundDifference({ figures: { difference: '3' } }), aFoundDifference({ subject: 'BTC' })).then(
          (fresh) => fresh.map(({ subject }) => subject),
        ),
        ['BTC'],
      );
      const open = await store.differences({ open: true, limit: 10 });
      assert.deepEqual(
        open.map(({ subject, figures }) => [subject, figures]),
        [
          ['BTC', { difference: '2' }],
          ['USDT', { difference: '3' }],
        ],
      );
      await put(aFoundDifference({ subject: 'BTC' }));
      const all = await store.differences({ open: false, limit: 10 });
      assert.deepEqual(
        all.map(({ subject, state, resolvedBy }) => [subject, state, resolvedBy]),
        [
          ['BTC', 'open', undefined],
          ['USDT', 'gone', 'reconciliation'],
        ],
      );
      assert.equal((await put(aFoundDifference(), aFoundDifference({ subject: 'BTC' }))).length, 1);
    },
  },
  {
    rule: 'ends a difference by whom, and keeps one that was repaired when it was found',
    check: async (store) => {
      await store.open(ACCOUNT);
      await store.transact(async (live) => {
        const [difference] = await live.putDifferences([aFoundDifference()]);
        await live.endDifference(difference?.id ?? 0, { state: 'accepted', by: 'ann' });
        const locked = await live.lockDifference(difference?.id ?? 0);
        assert.deepEqual([locked?.state, locked?.resolvedBy], ['accepted', 'ann']);
        assert.equal(await live.lockDifference(999_999), undefined);
        const repaired = await live.addRepaired(
          aFoundDifference({ kind: 'missing_fill', subject: 't1' }),
          'reconciliation',
        );
        assert.deepEqual([repaired.state, repaired.resolvedBy], ['repaired', 'reconciliation']);
      });
      assert.deepEqual(await store.differences({ open: true, limit: 10 }), []);
    },
  },
  {
    rule: 'keeps a command once under its key, and a baseline a currency',
    check: async (store) => {
      await store.open(ACCOUNT);
      const command = {
        key: 'flatten:k1',
        action: 'flatten',
        symbols: ['BTC-USDT'],
        state: 'open',
        rounds: 0,
        actor: 'ann',
        answer: { orders: 2 },
      } as const;
      await store.transact(async (live) => {
        await live.insertCommand(command);
        await live.insertCommand({ ...command, key: 'cancel_all:k2', action: 'cancel_all', state: 'done' });
        await live.putBaseline('USDT', '5');
        await live.putBaseline('USDT', '7.5');
      });
      await assert.rejects(store.transact((live) => live.insertCommand(command)));
      assert.deepEqual(await store.openCommands(), [command]);
      await store.transact((live) => live.updateCommand(command.key, { state: 'done', rounds: 3 }));
      assert.deepEqual(await store.openCommands(), []);
      const known = await store.transact((live) => live.findCommand(command.key));
      assert.deepEqual(known, { ...command, state: 'done', rounds: 3 });
      assert.deepEqual([...(await store.baselines())], [['USDT', '7.5']]);
    },
  },
];
