/* eslint-disable @typescript-eslint/no-unsafe-class-instance-assignment -- technicalindicators declares its inputs as
   classes and documents them as object literals */
import * as technical from 'technicalindicators';
import * as signals from 'trading-signals';
import { describe, expect, it } from 'vitest';
import type { CandleColumns } from '../market/candle-columns.js';
import { randomColumns } from '../testing/random-columns.js';
import { adx } from './adx.js';
import { atr } from './atr.js';
import { bollinger } from './bollinger.js';
import { cci } from './cci.js';
import { donchian } from './donchian.js';
import { ema } from './ema.js';
import { keltner } from './keltner.js';
import { macd } from './macd.js';
import { movingAverage } from './moving-average.js';
import { obv } from './obv.js';
import { rateOfChange } from './rate-of-change.js';
import { rsi } from './rsi.js';
import { sessionVwap } from './session-vwap.js';
import { stochastic } from './stochastic.js';
import { supertrend } from './supertrend.js';
import { wma } from './wma.js';

// Seeded random walks of a few hundred candles. Where conventions differ, the test names the difference and either puts
// it into the comparison (an offset, a scale) or compares from where it has faded below the tolerance.

const LENGTH = 600;
const WALKS = [1, 2, 3].map((seed) => randomColumns(seed, LENGTH));

interface OtherCandle {
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

function candlesOf(columns: CandleColumns): OtherCandle[] {
  return [...columns.close].map((close, row) => ({
    open: columns.open[row] ?? 0,
    high: columns.high[row] ?? 0,
    low: columns.low[row] ?? 0,
    close,
    volume: columns.volume[row] ?? 0,
  }));
}

const listsOf = (columns: CandleColumns) => ({
  high: [...columns.high],
  low: [...columns.low],
  close: [...columns.close],
  volume: [...columns.volume],
});

/** Our last values against theirs, aligned at the newest; `skip` of theirs are left out at the start. */
function expectSame(
  ours: Float64Array,
  theirs: readonly (number | null | undefined)[],
  { tolerance = 1e-9, skip = 0 } = {},
): void {
  const offset = ours.length - theirs.length;
  expect(offset).toBeGreaterThanOrEqual(0);
  let compared = 0;
  for (const [index, their] of theirs.entries()) {
    if (index < skip || their === null || their === undefined) continue;
    const our = ours[offset + index] ?? Number.NaN;
    expect(Math.abs(our - their)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(their)));
    compared += 1;
  }
  expect(compared).toBeGreaterThan(LENGTH / 4);
}

/** The same for several outputs, by the names that they have in the rows of the other library. */
function expectRows<Name extends string>(
  ours: Readonly<Record<Name, Float64Array>>,
  theirs: readonly (Readonly<Partial<Record<NoInfer<Name>, number | null | undefined>>> | null)[],
  options: { tolerance?: number; skip?: number } = {},
): void {
  for (const name of Object.keys(ours) as Name[]) {
    expectSame(
      ours[name],
      theirs.map((row) => row?.[name]),
      options,
    );
  }
}

/** Where the first value is that they and we have: the same row, if the convention of the warm-up is the same. */
const firstOf = (values: Iterable<number | null | undefined>): number =>
  [...values].findIndex((value) => value !== null && value !== undefined && !Number.isNaN(value));

describe.each(WALKS.map((columns, index) => ({ seed: index + 1, columns })))(
  'against technicalindicators, walk $seed',
  ({ columns }) => {
    const { high, low, close, volume } = listsOf(columns);
    const values = close;

    it('SMA, EMA and WMA are the same; the EMA starts with the mean of its first window in both', () => {
      expectSame(movingAverage(columns.close, 20), technical.sma({ period: 20, values }));
      expectSame(ema(columns.close, 20), technical.ema({ period: 20, values }));
      expectSame(wma(columns.close, 20), technical.wma({ period: 20, values }));
      expect(technical.ema({ period: 20, values })).toHaveLength(LENGTH - 19);
    });

    it('RSI is the same to the two decimals that it rounds to', () => {
      const theirs = technical.rsi({ period: 14, values });
      expect(theirs).toHaveLength(LENGTH - 14);
      const ours = rsi(columns.close, 14);
      for (const [index, their] of theirs.entries()) {
        expect(Math.abs((ours[14 + index] ?? Number.NaN) - their)).toBeLessThanOrEqual(0.005 + 1e-9);
      }
    });

    it('MACD is the same with exponential averages; its line comes before its signal, ours waits for it', () => {
      const theirs = technical.macd({
        values,
        fastPeriod: 12,
        slowPeriod: 26,
        signalPeriod: 9,
        SimpleMAOscillator: false,
        SimpleMASignal: false,
      });
      const ours = macd(columns.close, { fast: 12, slow: 26, signal: 9 });
      expect([theirs.length, firstOf(ours.macd)]).toEqual([LENGTH - 25, 33]);
      expectRows({ MACD: ours.macd }, theirs, { skip: 8 });
      expectRows({ signal: ours.signal, histogram: ours.histogram }, theirs);
    });

    it('Bollinger bands are the same: both divide by n', () => {
      const theirs = technical.bollingerbands({ period: 20, stdDev: 2, values });
      const ours = bollinger(columns.close, 20, 2);
      expectRows({ middle: ours.middle, upper: ours.upper, lower: ours.lower }, theirs);
    });

    it('ATR leaves the first range out, which has no earlier close: the same once that has faded', () => {
      const theirs = technical.atr({ period: 14, high, low, close });
      expect(theirs).toHaveLength(LENGTH - 14);
      // Each candle keeps 13/14 of the difference of the starts; after 350 it is below 1e-11 of it.
      expectSame(atr(columns, 14), theirs, { skip: 350 });
    });

    it('ADX, +DI and -DI are the same, from the same candle on', () => {
      const theirs = technical.adx({ period: 14, high, low, close });
      const ours = adx(columns, 14);
      expect([theirs.length, firstOf(ours.adx)]).toEqual([LENGTH - 27, 27]);
      expectRows({ adx: ours.adx, pdi: ours.plusDi, mdi: ours.minusDi }, theirs);
    });

    it('Keltner channels have the ATR of the library: the same once its start has faded', () => {
      const theirs = technical.keltnerchannels({
        high,
        low,
        close,
        maPeriod: 20,
        atrPeriod: 10,
        multiplier: 2,
        useSMA: false,
      });
      const ours = keltner(columns, { window: 20, atrWindow: 10, multiplier: 2 });
      expectRows({ middle: ours.middle }, theirs);
      expectRows({ upper: ours.upper, lower: ours.lower }, theirs, { skip: 300 });
    });

    it('the stochastic is the fast one, ours with %K not smoothed; its %K comes before its %D', () => {
      const theirs = technical.stochastic({ period: 14, signalPeriod: 3, high, low, close });
      const ours = stochastic(columns, { window: 14, smooth: 1, signal: 3 });
      expectRows({ k: ours.k }, theirs, { skip: 2 });
      expectRows({ d: ours.d }, theirs);
    });

    it('CCI and rate of change are the same, the latter times 100', () => {
      expectSame(cci(columns, 20), technical.cci({ period: 20, high, low, close }), { tolerance: 1e-7 });
      const theirs = technical.roc({ period: 12, values }).map((percent) => percent / 100);
      expectSame(rateOfChange(columns.close, 12), theirs);
    });

    it('on-balance volume starts with the second candle, from 0 as ours', () => {
      const theirs = technical.obv({ close, volume });
      expect(theirs).toHaveLength(LENGTH - 1);
      expectSame(obv(columns), theirs);
    });

    it('VWAP never begins anew: the same until the first midnight, and from it on when it starts there', () => {
      const ours = sessionVwap(columns);
      const midnight = 120;
      const until = (list: number[]) => list.slice(0, midnight);
      const from = (list: number[]) => list.slice(midnight);
      const first = technical.vwap({ high: until(high), low: until(low), close: until(close), volume: until(volume) });
      const second = technical.vwap({ high: from(high), low: from(low), close: from(close), volume: from(volume) });
      expectSame(ours, [...first, ...second]);
    });
  },
);

describe.each(WALKS.map((columns, index) => ({ seed: index + 1, columns })))(
  'against trading-signals, walk $seed',
  ({ columns }) => {
    const candles = candlesOf(columns);
    const prices = [...columns.close];

    it('SMA, WMA and RSI are the same, from the same value on', () => {
      expectSame(movingAverage(columns.close, 20), new signals.SMA(20).updates(prices));
      expectSame(wma(columns.close, 20), new signals.WMA(20).updates(prices));
      const theirs = new signals.RSI(14).updates(prices);
      expect(firstOf(theirs)).toBe(14);
      expectSame(rsi(columns.close, 14), theirs);
    });

    it('EMA starts with the first value itself: the same once that has faded', () => {
      // Each value keeps 19/21 of the difference; after 250 it is below 1e-10 of it.
      expectSame(ema(columns.close, 20), new signals.EMA(20).updates(prices), { skip: 250 });
    });

    it('MACD has those averages, and its signal starts with the first difference: the same once both have faded', () => {
      const theirs = new signals.MACD(new signals.EMA(12), new signals.EMA(26), new signals.EMA(9)).updates(prices);
      const ours = macd(columns.close, { fast: 12, slow: 26, signal: 9 });
      expectRows({ macd: ours.macd, signal: ours.signal, histogram: ours.histogram }, theirs, { skip: 400 });
    });

    it('Bollinger bands and Donchian channels are the same', () => {
      const bands = new signals.BollingerBands(20, 2).updates(prices);
      const ours = bollinger(columns.close, 20, 2);
      expectRows({ middle: ours.middle, upper: ours.upper, lower: ours.lower }, bands);
      const channel = new signals.DonchianChannels(20).updates(candles);
      const lines = donchian(columns, 20);
      expectRows({ middle: lines.middle, upper: lines.upper, lower: lines.lower }, channel, { tolerance: 0 });
    });

    it('ATR is the same: the first range is high - low in both', () => {
      const theirs = new signals.ATR(14).updates(candles);
      expect(firstOf(theirs)).toBe(13);
      expectSame(atr(columns, 14), theirs);
    });

    it('ADX counts the first candle as a movement of 0 and is warm a candle earlier: the same once that has faded', () => {
      const indicator = new signals.ADX(14);
      const rows = candles.map((candle) => {
        const value = indicator.update(candle, false);
        return { adx: value, plusDi: indicator.pdi, minusDi: indicator.mdi };
      });
      expect(firstOf(rows.map((row) => row.adx))).toBe(26);
      const ours = adx(columns, 14);
      // Its directional indicators are ratios, ours are per cent.
      expectRows({ adx: ours.adx }, rows, { skip: 420 });
      expectSame(
        ours.plusDi,
        rows.map((row) => (row.plusDi ?? 0) * 100),
        { skip: 420 },
      );
      expectSame(
        ours.minusDi,
        rows.map((row) => (row.minusDi ?? 0) * 100),
        { skip: 420 },
      );
    });

    it('Keltner channels have an EMA that starts with the first value: the same once that has faded', () => {
      const theirs = new signals.KeltnerChannels({ emaInterval: 20, atrInterval: 10, multiplier: 2 }).updates(candles);
      const ours = keltner(columns, { window: 20, atrWindow: 10, multiplier: 2 });
      expectRows({ middle: ours.middle, upper: ours.upper, lower: ours.lower }, theirs, { skip: 250 });
    });

    it('the stochastic and CCI are the same', () => {
      const windows = { kPeriod: 14, kSlowingPeriod: 3, dPeriod: 3 };
      const theirs = new signals.StochasticOscillator(windows).updates(candles);
      const ours = stochastic(columns, { window: 14, smooth: 3, signal: 3 });
      expect(firstOf(theirs.map((row) => row?.stochK))).toBe(firstOf(ours.k));
      expectRows({ stochK: ours.k, stochD: ours.d }, theirs);
      expectSame(cci(columns, 20), new signals.CCI(20).updates(candles), { tolerance: 1e-7 });
    });

    it('rate of change is the same, a ratio in both', () => {
      expectSame(rateOfChange(columns.close, 12), new signals.ROC(12).updates(prices));
    });

    it('on-balance volume starts with the second candle, from 0 as ours', () => {
      const theirs = new signals.OBV(2).updates(candles);
      expect(firstOf(theirs)).toBe(1);
      expectSame(obv(columns), theirs);
    });

    it('VWAP never begins anew: the same until the first midnight, and from it on when it starts there', () => {
      const midnight = 120;
      const first = new signals.VWAP().updates(candles.slice(0, midnight));
      const second = new signals.VWAP().updates(candles.slice(midnight));
      expectSame(sessionVwap(columns), [...first, ...second]);
    });

    it('Supertrend is the same, line and direction, from the same candle on', () => {
      const theirs = new signals.SuperTrend({ interval: 10, multiplier: 3 }).updates(candles);
      const ours = supertrend(columns, 10, 3);
      expect([firstOf(theirs.map((row) => row?.supertrend)), firstOf(ours.value)]).toEqual([9, 9]);
      expectRows({ supertrend: ours.value }, theirs);
      expect([...ours.direction.slice(9)]).toEqual(
        theirs.slice(9).map((row) => (row?.trend === signals.TradingSignal.BULLISH ? 1 : -1)),
      );
      expect(new Set(ours.direction.slice(9)).size).toBe(2);
    });
  },
);
