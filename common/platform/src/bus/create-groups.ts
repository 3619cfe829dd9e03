import type { Redis } from 'ioredis';
import type { Failpoint } from './crash-points.js';
import type { DeskKeys } from './desk-keys.js';

/** Creates the groups and their streams where they are missing; a new group begins with the stream's oldest entry. */
export async function createGroups(parts: {
  redis: Redis;
  keys: DeskKeys;
  subscriptions: readonly { readonly stream: string; readonly group: string }[];
  failpoint: Failpoint | undefined;
}): Promise<void> {
  await parts.failpoint?.('groups.before');
  await Promise.all(
    parts.subscriptions.map(async ({ stream, group }) => {
      try {
        await parts.redis.xgroup('CREATE', parts.keys.stream(stream), group, '0', 'MKSTREAM');
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error;
      }
    }),
  );
  await parts.failpoint?.('groups.after');
}
