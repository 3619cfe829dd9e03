import { z } from 'zod';
import { Decimal, formatDecimal, roundQuote } from '../money/decimal.js';
import type { ExitPlan } from '../strategies/exit-plan.js';

const positiveDecimal = z
  .string()
  .regex(/^(?=.*[1-9])\d+(\.\d+)?$/, 'expected a plain decimal string above 0 such as "12.5"')
  .meta({ title: 'decimal string' });

/** How a long position is to be left, as it travels with a buy: prices and distances are decimal strings above 0. */
export const exitPlanMessage = z.looseObject({
  stopPrice: positiveDecimal.optional().describe('Sells at the market once the price is at or below it.'),
  takeProfitPrice: positiveDecimal.optional().describe('Sells with a limit order at this price.'),
  trailingDistance: positiveDecimal
    .optional()
    .describe('A stop this far below the highest high since the fill, quote currency; it never moves down.'),
  maxCandles: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('Sells at the market at the open that follows so many closes after the fill.'),
});
export type ExitPlanMessage = z.infer<typeof exitPlanMessage>;

/**
 * The conversion point from a strategy's doubles to decimals: the shortest decimal of each, rounded half-even to 8 places
 * and at least 0.00000001, in plain notation. Backtest and fleet both pass here, so that both rest at the same prices.
 */
export function exitPlanMessageOf(plan: ExitPlan): ExitPlanMessage {
  const { stopPrice, takeProfitPrice, trailingDistance, maxCandles } = plan;
  return {
    ...(stopPrice === undefined ? {} : { stopPrice: decimalOf(stopPrice) }),
    ...(takeProfitPrice === undefined ? {} : { takeProfitPrice: decimalOf(takeProfitPrice) }),
    ...(trailingDistance === undefined ? {} : { trailingDistance: decimalOf(trailingDistance) }),
    ...(maxCandles === undefined ? {} : { maxCandles }),
  };
}

const LEAST = Decimal.of('0.00000001');

function decimalOf(value: number): string {
  return formatDecimal(Decimal.max(LEAST, roundQuote(Decimal.of(value))));
}
