import { describe, test } from 'vitest';
import { liveStoreContract } from './live-store-contract.js';
import { MemoryLiveStore } from './memory-live-store.js';

describe('the live store in memory', () => {
  test.each(liveStoreContract.map(({ rule, check }) => [rule, check] as const))('%s', (_rule, check) =>
    check(new MemoryLiveStore(() => 1_704_070_800_000)),
  );
});
