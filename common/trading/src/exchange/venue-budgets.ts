import type { DatasourceConfig } from '../config/datasource-config.js';

/** How urgent a request to a venue is; 0 goes first, and a higher number leaves room for the lower ones. */
export const REQUEST_PRIORITY = { cancel: 0, stop: 1, entry: 2, data: 3 } as const;

export interface VenueBudget {
  /** Shared by every data source of the same exchange: the venue counts by address and account, not by our files. */
  readonly name: string;
  readonly perMinute: number;
}

/** The two budgets of a data source's venue: weight of all its requests, and orders by number. */
export function venueBudgetsOf({ exchange, rate_limits: limits }: DatasourceConfig): {
  readonly requests: VenueBudget;
  readonly orders: VenueBudget;
} {
  return {
    requests: { name: exchange, perMinute: limits.weight_per_minute },
    orders: { name: `${exchange}.orders`, perMinute: limits.orders_per_minute },
  };
}
