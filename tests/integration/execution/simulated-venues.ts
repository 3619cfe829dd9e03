import type { AgentSetup } from '../../support/agent-desk.js';
import { repositoryConfig } from '../../support/agent-desk.js';
import type { ExchangeSimulator } from '../../support/exchange/server/exchange-simulator.js';

/** What a user sets up to trade at the exchange, with the simulator in its place. */
export const VENUES = [
  { exchange: 'binance', source: 'binance_spot', keys: 'BINANCE', symbol: 'BTC-USDT', quote: 'USDT', price: '50000' },
  { exchange: 'kraken', source: 'kraken_spot', keys: 'KRAKEN', symbol: 'BTC-USD', quote: 'USD', price: '50000' },
] as const;

/** An executor that trades the account `desk` there, with 20000 of its quote currency; `live` is YAML, of the block's inside. */
export function setupAt(
  { exchange, source, keys, quote }: Omit<(typeof VENUES)[number], 'symbol' | 'price'>,
  simulator: ExchangeSimulator,
  { live, datasource }: { readonly live: string; readonly datasource?: string },
): AgentSetup {
  const { apiKey, secret } = simulator.venue(exchange).openKey({ account: 'desk' });
  return {
    env: {
      OCTANT_LIVE: exchange,
      [`${keys}_API_URL`]: simulator.url,
      [`${keys}_API_KEY`]: apiKey,
      [`${keys}_API_SECRET`]: secret,
      RISK_MANAGER_URL: 'http://127.0.0.1:1',
    },
    config: {
      'agents/trade-executor.yaml': `exchange: ${exchange}\nlive: { quote_currency: ${quote}, ${live} }`,
      'markets.yaml': repositoryConfig('markets.yaml'),
      'orchestrator.yaml': repositoryConfig('orchestrator.yaml').replace('start_equity: 1000', 'start_equity: 20000'),
      [`datasources/${source}.yaml`]: datasource ?? repositoryConfig(`datasources/${source}.yaml`),
    },
  };
}
