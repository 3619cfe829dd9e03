import { candleSteps } from '../backtest/candle-steps.js';
import { Desk } from '../backtest/desk.js';
import type { TradeInput, Traded } from '../backtest/trade-columns.js';
import { toCandle } from '../market/candle.js';

/** What `tradeColumns` has to equal: the desk takes every step, and the strategy every candle alone. */
export function tradeEveryStep(input: TradeInput): Omit<Traded, 'finerUse'> {
  const { series, runs, timeframe, rules, startEquityQuote: equityQuote, fromMs } = input;
  let desk: Desk | undefined;
  let endMs = 0;
  for (const step of candleSteps(series, timeframe)) {
    if (step.openTimeMs >= fromMs) {
      desk ??= new Desk(rules, { equityQuote, atMs: step.openTimeMs });
      desk.open(step);
      endMs = step.closeTimeMs;
    }
    for (const { index, symbol, candle } of step.candles) {
      const signal = runs[index]?.onCandle(toCandle(candle));
      if (signal !== undefined) desk?.act({ ...signal, symbol, price: candle.close }, step.closeTimeMs);
    }
  }
  return { desk, endMs };
}
