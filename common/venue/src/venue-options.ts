import { Secret } from '@octant/platform/config/secret';
import { PermanentError } from '@octant/platform/errors/errors';
import type { RateBudgets } from '@octant/platform/rate-budget/open-rate-budgets';
import type { DatasourceConfig } from '@octant/trading/config/datasource-config';
import { venueBudgetsOf } from '@octant/trading/exchange/venue-budgets';
import type { VenueKeys } from './ccxt-venue-client.js';
import type { RequestWeights, VenueLimits } from './venue-requests.js';

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The keys that the data source names; an account's endpoints need both.
 * @throws PermanentError `missing_credentials` naming the variables that are not set.
 */
export function venueKeysOf({ exchange, api }: DatasourceConfig, env: Variables): VenueKeys {
  const [apiKey, secret, password] = [api.key_env, api.secret_env, api.passphrase_env].map((name) =>
    name === null ? undefined : env[name],
  );
  const named = api.passphrase_env === null ? [api.key_env, api.secret_env] : Object.values(api);
  if (apiKey === undefined || secret === undefined || (api.passphrase_env !== null && password === undefined)) {
    const absent = named.filter((name) => name === null || env[name] === undefined).map((name) => name ?? 'null');
    throw new PermanentError(`api of ${exchange}: expected the account's keys, was without ${absent.join(' and ')}`, {
      code: 'missing_credentials',
    });
  }
  return {
    apiKey: new Secret(apiKey),
    secret: new Secret(secret),
    ...(password === undefined ? {} : { password: new Secret(password) }),
  };
}

/** The budgets that the data source's venue shares with live candles. */
export function venueLimitsOf(
  datasource: DatasourceConfig,
  budgets: RateBudgets,
  stopping: AbortSignal | undefined,
): VenueLimits {
  const { requests, orders } = venueBudgetsOf(datasource);
  return {
    requests: budgets.open(requests.name, requests.perMinute),
    orders: budgets.open(orders.name, orders.perMinute),
    weights: requestWeightsOf(datasource),
    stopping,
  };
}

/** What is left out weighs as its like among the requests for data. */
export function requestWeightsOf({ rate_limits: { weights } }: DatasourceConfig): RequestWeights {
  const { candles, markets, order = 1, cancel = 1, query = candles, history = markets } = weights;
  return { markets, order, cancel, query, history };
}
