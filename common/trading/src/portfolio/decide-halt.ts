/** Why a day takes no new exposure: its profit target is reached, or its loss limit. */
export type DayHaltReason = 'daily_target' | 'daily_loss';

/** Both positive shares of the equity at 00:00 UTC (0.01 is 1 %). */
export interface DayLimits {
  readonly dailyTargetRatio: number;
  readonly dailyLossLimitRatio: number;
}

/** Whether the day halts at this PnL; touching a limit counts as reaching it. */
export function decideDayHalt(pnlRatio: number, limits: DayLimits): DayHaltReason | undefined {
  if (pnlRatio <= -limits.dailyLossLimitRatio) return 'daily_loss';
  if (pnlRatio >= limits.dailyTargetRatio) return 'daily_target';
  return undefined;
}

/** The day's limits from the percentages of `config/` (1 = 1 %). */
export function dayLimitsOf(config: {
  readonly daily_target_pct: number;
  readonly max_daily_loss_pct: number;
}): DayLimits {
  return { dailyTargetRatio: config.daily_target_pct / 100, dailyLossLimitRatio: config.max_daily_loss_pct / 100 };
}
