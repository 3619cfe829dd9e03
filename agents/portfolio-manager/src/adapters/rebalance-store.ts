import type { Outgoing } from '@octant/platform/bus/message';
import { writeOutbox } from '@octant/platform/bus/outbox';
import type { Database } from '@octant/platform/postgres/sql';
import type { OrderSide } from '@octant/trading/messages/envelope';

export interface PlannedOrder {
  readonly orderId: string;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly qty: string;
  readonly referencePrice: string;
  readonly notBeforeMs: number;
}

/** A rebalance as it was decided. */
export interface RebalancePlan {
  readonly equityQuote: string;
  /** In the order of submission. */
  readonly orders: readonly PlannedOrder[];
}

export interface RebalanceStore {
  find(requestId: string): Promise<RebalancePlan | undefined>;
  /**
   * Keeps the plan with the message that tells of it, and answers the one that is kept: an earlier one of the same
   * request stands, and has been told of.
   */
  keep(requestId: string, plan: RebalancePlan, told: Outgoing & { readonly id: string }): Promise<RebalancePlan>;
}

/** The table in Postgres (migration 040); `agent` owns the outbox rows. */
export function postgresRebalanceStore(database: Database, agent: string): RebalanceStore {
  const find = async (requestId: string): Promise<RebalancePlan | undefined> => {
    const text = 'SELECT plan FROM rebalances WHERE request_id = $1';
    const { rows } = await database.query<{ plan: RebalancePlan }>(text, [requestId]);
    return rows[0]?.plan;
  };
  return {
    find,
    async keep(requestId, plan, told) {
      await database.transaction(async (sql) => {
        const { rowCount } = await sql.query(
          'INSERT INTO rebalances (request_id, plan) VALUES ($1, $2) ON CONFLICT (request_id) DO NOTHING',
          [requestId, JSON.stringify(plan)],
        );
        if (rowCount > 0) await writeOutbox(sql, { agent, messages: [told] });
      });
      return (await find(requestId)) ?? plan;
    },
  };
}
