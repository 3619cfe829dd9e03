import { describe, expect, it } from 'vitest';
import { riskManagerConfig } from '../config/agent-configs.js';
import { fillRulesOf } from '../exchange/fill-rules.js';
import { instrumentsOf } from '../market/instrument.js';
import { dayLimitsOf } from '../portfolio/decide-halt.js';
import { riskPolicyOf } from '../risk/risk-policy.js';
import { aBacktest, simulatedCandles } from '../testing/a-backtest.js';
import { candleSteps, type CandleStep } from './candle-steps.js';
import { Desk, type DeskRules } from './desk.js';

const series = [
  { symbol: 'BTC-USDT', candles: simulatedCandles('BTC-USDT', 400) },
  { symbol: 'ETH-USDT', candles: simulatedCandles('ETH-USDT', 400, 8) },
];
const steps = [...candleSteps(series, '1h')];

/** Nothing in them hangs on marks, which steps that are passed over here leave out. */
function someDeskRules(): DeskRules {
  const input = aBacktest();
  return {
    timeframe: '1h',
    instruments: instrumentsOf(input.markets),
    dayLimits: dayLimitsOf({ daily_target_pct: 50, max_daily_loss_pct: 50 }),
    riskPolicy: riskPolicyOf(riskManagerConfig.parse({ limits: { max_daily_loss_pct: 100 } })),
    riskProfile: 'aggressive',
    cashBufferRatio: 0.02,
    fills: fillRulesOf(input.executor.paper),
  };
}

/** Buys each symbol whenever it is flat, with all four exits; `passesOver` says which steps `open` need not see. */
function trade(passesOver: (desk: Desk, step: CandleStep) => boolean): { desk: Desk; opened: number } {
  const desk = new Desk(someDeskRules(), { equityQuote: '1000', atMs: steps[0]?.openTimeMs ?? 0 });
  let opened = 0;
  for (const step of steps) {
    if (!passesOver(desk, step)) {
      desk.open(step);
      opened += 1;
    }
    for (const { symbol, candle } of step.candles) {
      const price = Number(candle.close);
      const exits = {
        stopPrice: price * 0.98,
        takeProfitPrice: price * 1.03,
        trailingDistance: price * 0.025,
        maxCandles: 40,
      };
      if (desk.ledger.positions[symbol] !== undefined) continue;
      desk.act({ symbol, side: 'buy', confidence: 0.4, price: candle.close, exits }, step.closeTimeMs);
    }
  }
  return { desk, opened };
}

function isQuiet(desk: Desk, step: CandleStep): boolean {
  return step.candles.every(({ symbol, candle }) => {
    const { low, high, untilMs, always } = desk.wake(symbol);
    return !always && Number(candle.low) > low && Number(candle.high) < high && step.openTimeMs < untilMs;
  });
}

describe('a desk that leaves its positions by their exits', () => {
  it('fills the same whether or not it sees the candles that wake nobody', () => {
    const all = trade(() => false);
    const few = trade(isQuiet);
    expect(few.desk.fills).toEqual(all.desk.fills);
    expect(few.opened).toBeLessThan(all.opened);
    const kinds = new Set(all.desk.fills.map(({ orderId }) => /[a-z]+$/.exec(orderId)?.[0] ?? 'entry'));
    expect([...kinds].sort()).toEqual(['entry', 'stop', 'target', 'time', 'trail']);
  });

  it('has nothing to wake for while it holds nothing', () => {
    const desk = new Desk(someDeskRules(), { equityQuote: '1000', atMs: 0 });
    expect(desk.wake('BTC-USDT')).toEqual({ low: -Infinity, high: Infinity, untilMs: Infinity, always: false });
  });
});
