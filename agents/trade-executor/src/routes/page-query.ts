import type { OperationRequest } from '@octant/platform/http/operation';
import type { PageQuery } from '../adapters/trade-queries.js';

const DEFAULT_LIMIT = 200;

/** The paging parameters that orders and fills share. */
export function pageQueryOf(query: OperationRequest['query']): PageQuery {
  return {
    sessionId: query['sessionId'] as string | undefined,
    after: (query['after'] as number | undefined) ?? 0,
    limit: (query['limit'] as number | undefined) ?? DEFAULT_LIMIT,
  };
}
