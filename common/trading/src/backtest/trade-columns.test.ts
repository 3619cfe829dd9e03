import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FillRules } from '../exchange/fill-rules.js';
import type { Candle, DecimalCandle } from '../market/candle.js';
import { decimalColumnsOf, type DecimalColumns } from '../market/candle-columns.js';
import { seededRandom } from '../market/random.js';
import { strategyConfig } from '../config/strategy-config.js';
import type { ExitPlan } from '../strategies/exit-plan.js';
import type { StrategyRun, StrategySignal } from '../strategies/strategy.js';
import { aBacktest } from '../testing/a-backtest.js';
import { tradeEveryStep } from '../testing/trade-every-step.js';
import { tradeInputOf } from './run-backtest.js';
import { tradeColumns, type Traded, type TradeInput } from './trade-columns.js';

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2024, 0, 1, 5);
const SYMBOLS = ['BTC-USDT', 'ETH-USDT', 'SOL-USDT'];

/** What a market and a strategy are drawn from. */
interface Draw {
  readonly seed: number;
  readonly symbols: number;
  readonly length: number;
  /** Share of the candles that are not there. */
  readonly gaps: number;
  /** Share of the candles at which nothing moves. */
  readonly still: number;
  /** Largest move of a candle, a share of the price. */
  readonly move: number;
  readonly digits: number;
  readonly signals: number;
  readonly exits: boolean;
  readonly dailyTarget: number;
  readonly dailyLoss: number;
  readonly rules: Partial<FillRules>;
  readonly startEquity: string;
  readonly fromHour: number;
  readonly windowSteps: number;
}

const draw: fc.Arbitrary<Draw> = fc.record({
  seed: fc.integer({ min: 1, max: 2 ** 31 }),
  symbols: fc.constantFrom(1, 1, 2, 3),
  length: fc.integer({ min: 2, max: 300 }),
  gaps: fc.constantFrom(0, 0, 0.05, 0.5),
  still: fc.constantFrom(0, 0.3, 0.95),
  move: fc.constantFrom(0.0002, 0.01, 0.08),
  digits: fc.constantFrom(0, 2, 2, 8, 18),
  signals: fc.constantFrom(0.02, 0.2, 1),
  exits: fc.boolean(),
  dailyTarget: fc.constantFrom(0.002, 0.03, 9),
  dailyLoss: fc.constantFrom(0.002, 0.03, 0.999),
  rules: fc.record(
    {
      latencyCandles: fc.constantFrom(0, 1, 3),
      maxVolumeShare: fc.constantFrom(0.001, 0.5),
      takeProfitFills: fc.constantFrom('touch', 'through'),
      slippage: fc.constantFrom<FillRules['slippage']>(
        { model: 'fixed', bps: 0 },
        { model: 'volume', bps: 2, impactBps: 50 },
        { model: 'spread', bps: 1, rangeShare: 0.1 },
      ),
    },
    { requiredKeys: [] },
  ),
  startEquity: fc.constantFrom('1000', '1000', '21', '5.02'),
  fromHour: fc.constantFrom(0, 0, 7, 60),
  windowSteps: fc.constantFrom(1, 7, 64, 4096),
});

function marketOf({ seed, length, gaps, still, move, digits }: Draw, index: number): DecimalColumns {
  const random = seededRandom(seed + index);
  const candles: DecimalCandle[] = [];
  let price = 100;
  for (let hour = 0; hour < length; hour += 1) {
    const open = price;
    const places = Math.min(digits, 8);
    const moved = Number((open * (1 + (random() - 0.5) * move)).toFixed(places));
    price = random() < still ? open : Math.max(moved, 1);
    const wick = random() < still ? 0 : move * random();
    if (random() < gaps && hour > 0) continue;
    // Beyond what a double holds: closes that are equal as doubles and are not.
    const tail = (): string => (digits > 8 ? String(Math.floor(random() * 1e9)).padStart(17, '0') : '');
    const text = (value: number): string => `${value.toFixed(8)}${tail()}`;
    candles.push({
      openTimeMs: START_MS + hour * HOUR_MS,
      open: text(open),
      high: text(Math.max(open, price, Number((Math.max(open, price) * (1 + wick)).toFixed(places)))),
      low: text(Math.min(open, price, Number((Math.min(open, price) * (1 - wick)).toFixed(places)))),
      close: text(price),
      volume: random() < 0.1 ? '0' : (random() * 100).toFixed(3),
    });
  }
  return decimalColumnsOf(candles);
}

/** Signals at random, repeated for some candles as level-triggered ones are. */
function runOf({ seed, signals, exits, move }: Draw, index: number): StrategyRun {
  const random = seededRandom(seed * 3 + index);
  let last: StrategySignal | undefined;
  return {
    onCandle({ close }: Candle): StrategySignal | undefined {
      if (random() < 0.7 && last !== undefined && last.exits === undefined) return last;
      if (random() >= signals) return (last = undefined);
      const confidence = random();
      if (random() < 0.4) return (last = { side: 'sell', confidence });
      return (last = {
        side: 'buy',
        confidence,
        ...(exits && random() < 0.7 ? { exits: exitsAt(close, move, random) } : {}),
      });
    },
  };
}

function exitsAt(close: number, move: number, random: () => number): ExitPlan {
  const share = move * random() + 0.0001;
  return {
    ...(random() < 0.5 ? { stopPrice: close * (1 - share) } : {}),
    ...(random() < 0.5 ? { takeProfitPrice: Number((close * (1 + share)).toFixed(2)) } : {}),
    ...(random() < 0.5 ? { trailingDistance: close * share } : {}),
    ...(random() < 0.3 ? { maxCandles: 1 + Math.floor(random() * 9) } : {}),
  };
}

function inputOf(given: Draw): TradeInput {
  const series = SYMBOLS.slice(0, given.symbols).map((symbol, index) => ({ symbol, columns: marketOf(given, index) }));
  const rules = { tick_size: '0.01', lot_size: '0.0001', min_notional: '5' };
  const markets = { markets: SYMBOLS.map((symbol) => ({ symbol, ...rules })) };
  const strategy = { ...aBacktest().strategy, symbols: SYMBOLS, risk_profile: 'aggressive' as const };
  const { rules: deskRules, ...input } = tradeInputOf(
    aBacktest({ series, markets, strategy, startEquityQuote: given.startEquity }),
  );
  return {
    ...input,
    runs: series.map((_, index) => runOf(given, index)),
    rules: {
      ...deskRules,
      dayLimits: { dailyTargetRatio: given.dailyTarget, dailyLossLimitRatio: given.dailyLoss },
      fills: { ...deskRules.fills, ...given.rules },
    },
    fromMs: START_MS + given.fromHour * HOUR_MS,
    windowSteps: given.windowSteps,
  };
}

function resultOf({ desk, endMs }: Omit<Traded, 'finerUse'>): unknown {
  if (desk === undefined) return { endMs };
  const { counters, fills, closedDays, ledger } = desk;
  return { endMs, counters, fills, closedDays, ledger };
}

describe('tradeColumns', () => {
  it('gives to the last digit what the desk gives that takes every step', () => {
    let fills = 0;
    let halts = 0;
    fc.assert(
      fc.property(draw, (given) => {
        const stepwise = tradeEveryStep(inputOf(given));
        expect(resultOf(tradeColumns(inputOf(given)))).toEqual(resultOf(stepwise));
        fills += stepwise.desk?.fills.length ?? 0;
        halts += stepwise.desk?.closedDays.filter(({ halted }) => halted).length ?? 0;
      }),
      { numRuns: 300 },
    );
    expect(fills).toBeGreaterThan(1000);
    expect(halts).toBeGreaterThan(20);
  }, 60_000);

  it('does so for a strategy that computes runs of candles, however they are cut', () => {
    const strategy = strategyConfig.parse({
      name: 'momentum',
      symbols: SYMBOLS,
      lookback: 5,
      entry_threshold: 0.5,
      exit_threshold: 0,
    });
    fc.assert(
      fc.property(draw, (given) => {
        const { series, rules, fromMs, windowSteps } = inputOf(given);
        const input = (): TradeInput => ({
          ...tradeInputOf(aBacktest({ series: series.slice(0, 2), strategy })),
          rules,
          fromMs,
          windowSteps,
        });
        expect(resultOf(tradeColumns(input()))).toEqual(resultOf(tradeEveryStep(input())));
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});
