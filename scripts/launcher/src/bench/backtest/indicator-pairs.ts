/* eslint-disable @typescript-eslint/no-unsafe-class-instance-assignment -- technicalindicators declares its inputs as
   classes and documents them as object literals */
import * as technical from 'technicalindicators';
import * as signals from 'trading-signals';
import type { CandleColumns } from '@octant/trading/market/candle-columns';
import { getIndicator } from '@octant/trading/indicators/registry';

/** The same indicator in ours and in the other libraries, each over all candles in its batch form. */
export interface IndicatorPair {
  readonly name: string;
  readonly ours: () => unknown;
  readonly technicalindicators?: (() => unknown) | undefined;
  readonly tradingSignals?: (() => unknown) | undefined;
}

interface Lists {
  readonly high: number[];
  readonly low: number[];
  readonly close: number[];
  readonly volume: number[];
}

type Rows = { open: number; high: number; low: number; close: number; volume: number }[];

/** Each library gets the candles in the form that it takes; making that is not timed. */
export function indicatorPairs(columns: CandleColumns): readonly IndicatorPair[] {
  const lists: Lists = {
    high: [...columns.high],
    low: [...columns.low],
    close: [...columns.close],
    volume: [...columns.volume],
  };
  const rows: Rows = lists.close.map((close, row) => ({
    open: columns.open[row] ?? 0,
    high: columns.high[row] ?? 0,
    low: columns.low[row] ?? 0,
    volume: columns.volume[row] ?? 0,
    close,
  }));
  return [...pricePairs(columns, lists), ...rangePairs(columns, lists, rows), ...volumePairs(columns, lists, rows)];
}

function pricePairs(columns: CandleColumns, { close: values }: Lists): readonly IndicatorPair[] {
  const period = 20;
  return [
    {
      name: 'sma',
      ours: ours(columns, 'sma', { window: period }),
      technicalindicators: () => technical.sma({ period, values }),
      tradingSignals: () => new signals.SMA(period).updates(values),
    },
    {
      name: 'ema',
      ours: ours(columns, 'ema', { window: period }),
      technicalindicators: () => technical.ema({ period, values }),
      tradingSignals: () => new signals.EMA(period).updates(values),
    },
    {
      name: 'wma',
      ours: ours(columns, 'wma', { window: period }),
      technicalindicators: () => technical.wma({ period, values }),
      tradingSignals: () => new signals.WMA(period).updates(values),
    },
    {
      name: 'rsi',
      ours: ours(columns, 'rsi', { window: 14 }),
      technicalindicators: () => technical.rsi({ period: 14, values }),
      tradingSignals: () => new signals.RSI(14).updates(values),
    },
    {
      name: 'macd',
      ours: ours(columns, 'macd', { fast: 12, slow: 26, signal: 9 }),
      technicalindicators: () =>
        technical.macd({
          values,
          fastPeriod: 12,
          slowPeriod: 26,
          signalPeriod: 9,
          SimpleMAOscillator: false,
          SimpleMASignal: false,
        }),
      tradingSignals: () =>
        new signals.MACD(new signals.EMA(12), new signals.EMA(26), new signals.EMA(9)).updates(values),
    },
    {
      name: 'bollinger',
      ours: ours(columns, 'bollinger', { window: period }),
      technicalindicators: () => technical.bollingerbands({ period, stdDev: 2, values }),
      tradingSignals: () => new signals.BollingerBands(period, 2).updates(values),
    },
    {
      name: 'roc',
      ours: ours(columns, 'roc', { distance: 12 }),
      technicalindicators: () => technical.roc({ period: 12, values }),
      tradingSignals: () => new signals.ROC(12).updates(values),
    },
  ];
}

function rangePairs(columns: CandleColumns, { high, low, close }: Lists, rows: Rows): readonly IndicatorPair[] {
  return [
    {
      name: 'atr',
      ours: ours(columns, 'atr', { window: 14 }),
      technicalindicators: () => technical.atr({ period: 14, high, low, close }),
      tradingSignals: () => new signals.ATR(14).updates(rows),
    },
    {
      name: 'adx',
      ours: ours(columns, 'adx', { window: 14 }),
      technicalindicators: () => technical.adx({ period: 14, high, low, close }),
      tradingSignals: () => new signals.ADX(14).updates(rows),
    },
    {
      name: 'donchian',
      ours: ours(columns, 'donchian', { window: 20 }),
      tradingSignals: () => new signals.DonchianChannels(20).updates(rows),
    },
    {
      name: 'keltner',
      ours: ours(columns, 'keltner', { window: 20, atr_window: 10, multiplier: 2 }),
      technicalindicators: () =>
        technical.keltnerchannels({ high, low, close, maPeriod: 20, atrPeriod: 10, multiplier: 2, useSMA: false }),
      tradingSignals: () =>
        new signals.KeltnerChannels({ emaInterval: 20, atrInterval: 10, multiplier: 2 }).updates(rows),
    },
    {
      name: 'stochastic',
      ours: ours(columns, 'stochastic', { window: 14, smooth: 3, signal: 3 }),
      technicalindicators: () => technical.stochastic({ period: 14, signalPeriod: 3, high, low, close }),
      tradingSignals: () =>
        new signals.StochasticOscillator({ kPeriod: 14, kSlowingPeriod: 3, dPeriod: 3 }).updates(rows),
    },
    {
      name: 'cci',
      ours: ours(columns, 'cci', { window: 20 }),
      technicalindicators: () => technical.cci({ period: 20, high, low, close }),
      tradingSignals: () => new signals.CCI(20).updates(rows),
    },
    {
      name: 'supertrend',
      ours: ours(columns, 'supertrend', { window: 10, multiplier: 3 }),
      tradingSignals: () => new signals.SuperTrend({ interval: 10, multiplier: 3 }).updates(rows),
    },
  ];
}

function volumePairs(
  columns: CandleColumns,
  { high, low, close, volume }: Lists,
  rows: Rows,
): readonly IndicatorPair[] {
  return [
    {
      name: 'obv',
      ours: ours(columns, 'obv', {}),
      technicalindicators: () => technical.obv({ close, volume }),
      tradingSignals: () => new signals.OBV(2).updates(rows),
    },
    {
      name: 'vwap',
      ours: ours(columns, 'vwap', {}),
      technicalindicators: () => technical.vwap({ high, low, close, volume }),
      tradingSignals: () => new signals.VWAP().updates(rows),
    },
  ];
}

function ours(columns: CandleColumns, name: string, parameters: Readonly<Record<string, number>>): () => unknown {
  const definition = getIndicator(name);
  return () => {
    const out = definition.outputs.map(() => new Float64Array(columns.length));
    definition.start(parameters).over(columns, columns.close, { from: 0, to: columns.length, out });
    return out;
  };
}
