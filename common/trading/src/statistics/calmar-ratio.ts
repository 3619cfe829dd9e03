/**
 * Calmar ratio: CAGR / max drawdown, the drawdown as a positive share. Undefined without a drawdown or a CAGR.
 *
 * @source T. W. Young, "Calmar Ratio: A Smoother Tool", Futures (1991); here over the whole span.
 */
export function calmarRatio(growth: number | undefined, drawdownRatio: number | undefined): number | undefined {
  if (growth === undefined || drawdownRatio === undefined || drawdownRatio === 0) return undefined;
  return growth / drawdownRatio;
}
