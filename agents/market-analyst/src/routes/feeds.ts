import type { Operations } from '@octant/platform/http/operation';
import type { LiveFeeds } from '../feeds/live-feeds.js';

export interface FeedRoutePorts {
  readonly live: Pick<LiveFeeds, 'states'>;
}

export function feedOperations({ live }: FeedRoutePorts): Operations {
  return {
    listFeeds: async () => ({ status: 200, body: { feeds: await live.states() } }),
  };
}
