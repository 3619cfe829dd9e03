import type { Incoming } from '@octant/platform/bus/message';
import type { HandlerResult } from '@octant/platform/bus/subscription';

import type { FeedStore } from '../adapters/feed-store.js';
import type { UnwatchCommand } from '../feeds/feed-commands.js';

export interface UnwatchPorts {
  readonly store: Pick<FeedStore, 'end'>;
  /** Lets go of all that is kept of the session. */
  readonly close: (sessionId: string) => void;
}

/** The session is over: its feed ends for good. */
export function onUnwatch(ports: UnwatchPorts): (message: Incoming<UnwatchCommand>) => HandlerResult {
  return ({ payload: { sessionId } }) => ({
    transaction: async (sql) => {
      await ports.store.end(sql, sessionId);
      return [];
    },
    onCommitted: () => {
      ports.close(sessionId);
    },
  });
}
