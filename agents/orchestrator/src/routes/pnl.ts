import type { Operations } from '@octant/platform/http/operation';
import type { AuditStore } from '../adapters/audit-store.js';
import { pnlStatusOf } from '../desk/views.js';
import type { DeskRoutes } from './desk-routes.js';

export function pnlRoutes(parts: DeskRoutes & { readonly auditStore: AuditStore }): Operations {
  return {
    getPnlStatus: async () => {
      const { desk } = await parts.store.view();
      return { status: 200, body: pnlStatusOf(desk, parts.settings(), parts.clock.now()) };
    },
    listPnlDays: async ({ query }) => {
      const { from, to, limit } = query as { from?: string; to?: string; limit?: number };
      const rows = await parts.auditStore.days({
        limit: limit ?? 1000,
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
      });
      return { status: 200, body: { days: rows } };
    },
  };
}
