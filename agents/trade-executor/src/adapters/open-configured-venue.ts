import type { AgentContext } from '@octant/platform/agent/definition';
import { PermanentError } from '@octant/platform/errors/errors';
import { openRateBudgets } from '@octant/platform/rate-budget/open-rate-budgets';
import { rateBudgetMetrics } from '@octant/platform/rate-budget/rate-budget-metrics';
import type { ExecutorSettings } from '../config.js';
import { venueKeysOf, venueLimitsOf } from '@octant/venue/venue-options';
import type { Venue } from '@octant/venue/venue';

type Context = Pick<AgentContext<ExecutorSettings>, 'config' | 'env' | 'logger' | 'clock' | 'metrics' | 'stopping'>;

/**
 * The account at the exchange that the configuration names: keys from the variables that its data source names, requests
 * within the budget that it shares with live candles. Nothing of an exchange is loaded before.
 *
 * @throws PermanentError `missing_credentials`, `no_sandbox`; `no_venue` for the paper account.
 */
export async function openConfiguredVenue(context: Context): Promise<Venue> {
  const { config, env, logger, clock, metrics, stopping } = context;
  const { datasource, live } = config.current();
  if (datasource === undefined) throw new PermanentError('expected an exchange, was paper', { code: 'no_venue' });
  const id = datasource.exchange;
  const keys = venueKeysOf(datasource, env);
  const redisUrl = env['REDIS_URL'];
  const prefix = env['OCTANT_REDIS_PREFIX'] ?? 'octant:';
  const budgets =
    redisUrl === undefined
      ? undefined
      : openRateBudgets({ redisUrl, prefix, logger, clock, observer: rateBudgetMetrics(metrics) });
  const { openCcxtVenue } = await import('@octant/venue/open-ccxt-venue');
  return openCcxtVenue({
    ...{ id, keys, clock, logger, sandbox: live.sandbox },
    apiUrl: env[`${id.toUpperCase()}_API_URL`],
    limits: budgets === undefined ? undefined : venueLimitsOf(datasource, budgets, stopping),
    onClose: () => budgets?.close(),
  });
}
