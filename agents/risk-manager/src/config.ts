import type { ConfigSpec } from '@octant/platform/config/config-spec';
import { marketsConfig, riskManagerConfig, type RiskManagerConfig } from '@octant/trading/config/agent-configs';
import { instrumentsOf } from '@octant/trading/market/instrument';
import { riskPolicyOf, type RiskPolicy } from '@octant/trading/risk/risk-policy';

export interface RiskConfig {
  readonly policy: RiskPolicy;
  /** As configured, for `/risk/limits`. */
  readonly rules: RiskManagerConfig['rules'];
  /** Canonical symbols of the desk's markets. */
  readonly symbols: readonly string[];
}

export const config: ConfigSpec<RiskConfig> = {
  parse(reader) {
    const risk = reader.file('agents/risk-manager.yaml', riskManagerConfig);
    const markets = reader.file('markets.yaml', marketsConfig);
    return { policy: riskPolicyOf(risk), rules: risk.rules, symbols: [...instrumentsOf(markets).keys()] };
  },
};
