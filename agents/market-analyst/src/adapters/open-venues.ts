import type { AgentContext } from '@octant/platform/agent/definition';
import { PermanentError } from '@octant/platform/errors/errors';
import { openRateBudgets, type RateBudgets } from '@octant/platform/rate-budget/open-rate-budgets';
import { rateBudgetMetrics } from '@octant/platform/rate-budget/rate-budget-metrics';
import type { DatasourceConfig } from '@octant/trading/config/datasource-config';
import { venueBudgetsOf } from '@octant/trading/exchange/venue-budgets';
import { openCcxtExchange, type CcxtOptions, type LiveExchange } from './ccxt-exchange.js';

type Context = Pick<AgentContext<unknown>, 'env' | 'logger' | 'clock' | 'metrics' | 'stopping'>;

/** Exchanges as their data sources describe them, each within the rate budget of its venue. */
export function openVenues(context: Context): {
  readonly open: (datasource: DatasourceConfig) => Promise<LiveExchange>;
  /** A source that may be asked: its budget is to be seen before the first request, unused. */
  readonly declare: (datasource: DatasourceConfig) => void;
  readonly close: () => void;
} {
  const { env, logger, clock, metrics, stopping } = context;
  const redisUrl = env['REDIS_URL'];
  const prefix = env['OCTANT_REDIS_PREFIX'] ?? 'octant:';
  const observer = rateBudgetMetrics(metrics);
  const budgets: RateBudgets | undefined =
    redisUrl === undefined ? undefined : openRateBudgets({ redisUrl, prefix, logger, clock, observer });
  return {
    open(datasource) {
      const { exchange: id, transport, rate_limits: limits } = datasource;
      const { name, perMinute } = venueBudgetsOf(datasource).requests;
      const budget = budgets?.open(name, perMinute);
      return openCcxtExchange({
        id,
        apiUrl: env[`${id.toUpperCase()}_API_URL`],
        transport,
        ...credentialsOf(datasource, env),
        ...(budget === undefined ? {} : { limits: { budget, weights: limits.weights, stopping } }),
      });
    },
    declare(datasource) {
      const { name: budget, perMinute } = venueBudgetsOf(datasource).requests;
      observer.onLevel({ budget, tokens: perMinute, perMinute });
    },
    close: () => budgets?.close(),
  };
}

/**
 * The keys that the data source names, where they are set (`*_FILE` variables are resolved already). Public candles need
 * none: without any the exchange is asked as anybody. @throws PermanentError `incomplete_credentials` for a key without its secret.
 */
export function credentialsOf(
  { exchange, api }: DatasourceConfig,
  env: Context['env'],
): Pick<CcxtOptions, 'credentials'> | undefined {
  const valueOf = (variable: string | null) => (variable === null ? undefined : env[variable]);
  const apiKey = valueOf(api.key_env);
  const secret = valueOf(api.secret_env);
  const password = valueOf(api.passphrase_env);
  if (apiKey === undefined && secret === undefined) return undefined;
  if (apiKey === undefined || secret === undefined) {
    const [there, absent] = apiKey === undefined ? [api.secret_env, api.key_env] : [api.key_env, api.secret_env];
    throw new PermanentError(
      `api of ${exchange}: expected both key and secret or neither, was ${there ?? ''} without ${absent ?? 'a name for the other'}`,
      { code: 'incomplete_credentials' },
    );
  }
  return { credentials: { apiKey, secret, ...(password === undefined ? {} : { password }) } };
}
