import type { Operations } from '@octant/platform/http/operation';
import type { LedgerStore } from '../adapters/ledger-store.js';

const DEFAULT_LIMIT = 3660;

/** `GET /portfolio/equity`. */
export function equityRoutes(store: LedgerStore): Operations {
  return {
    listEquity: async ({ query }) => {
      const points = await store.equity({
        fromMs: instantOf(query['from']),
        toMs: instantOf(query['to']),
        limit: (query['limit'] as number | undefined) ?? DEFAULT_LIMIT,
      });
      return { status: 200, body: { points } };
    },
  };
}

/** The server hands date-time parameters over as text or as dates. */
function instantOf(value: unknown): number | undefined {
  if (value instanceof Date) return value.getTime();
  return typeof value === 'string' ? Date.parse(value) : undefined;
}
