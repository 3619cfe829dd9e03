import type { Clock } from '@octant/platform/time/clock';
import type { AccountStore } from '../adapters/account-store.js';
import type { ExecutorSettings } from '../config.js';
import type { ExecutorMetrics } from '../metrics.js';
import type { AccountCache } from './account-cache.js';
import type { AnsweredSteps } from './answered-steps.js';
import type { LastPrices } from './last-prices.js';

/** What the work of the account's lane is done with. */
export interface ExecDesk {
  readonly store: AccountStore;
  readonly cache: AccountCache;
  readonly answered: AnsweredSteps;
  readonly prices: LastPrices;
  readonly metrics: ExecutorMetrics;
  readonly clock: Clock;
  readonly settings: () => ExecutorSettings;
}

/** Orders and candles run in it one after the other, from the streams and over HTTP. */
export const ACCOUNT_LANE = 'account';
/** Halts have their own: an order that waits for one holds up the account's lane. */
export const HALT_LANE = 'halt';
export const EXEC_GROUP = 'exec';

/** Wall-clock instant for the `ts` of messages. */
export function isoNow(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}
