import type { RiskManagerConfig } from '../config/agent-configs.js';

/** Hours of trading in minutes since 00:00 UTC, both ends included; a start after the end wraps over midnight. */
export interface TradingWindow {
  readonly startMinute: number;
  readonly endMinute: number;
}

/** The limits and rules in force. Amounts are quote currency; `maxDailyLossRatio` is positive (0.02 is 2 %). */
export interface RiskPolicy {
  readonly maxPositionQuote: string;
  readonly maxOrderQuote: string;
  readonly maxDailyLossRatio: number;
  /** Strictest of the configured thresholds; 0 when there is none. */
  readonly minConfidence: number;
  /** An order must be inside each of them. */
  readonly tradingWindows: readonly TradingWindow[];
}

/** The policy of `config/agents/risk-manager.yaml`. */
export function riskPolicyOf(config: RiskManagerConfig): RiskPolicy {
  const { limits, rules } = config;
  return {
    maxPositionQuote: String(limits.max_position_usd),
    maxOrderQuote: String(limits.max_order_usd),
    maxDailyLossRatio: limits.max_daily_loss_pct / 100,
    minConfidence: Math.max(0, ...rules.flatMap((rule) => (rule.type === 'min_confidence' ? [rule.threshold] : []))),
    tradingWindows: rules.flatMap((rule) =>
      rule.type === 'trading_window' ? [{ startMinute: minuteOf(rule.start), endMinute: minuteOf(rule.end) }] : [],
    ),
  };
}

function minuteOf(clockTime: string): number {
  return Number(clockTime.slice(0, 2)) * 60 + Number(clockTime.slice(3, 5));
}
