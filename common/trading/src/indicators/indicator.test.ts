import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Indicator } from './indicator.js';
import { LogReturn, logReturn } from './log-return.js';
import { MovingAverage, movingAverage } from './moving-average.js';
import { RateOfChange, rateOfChange } from './rate-of-change.js';
import { StandardDeviation, standardDeviation } from './standard-deviation.js';
import { ZScore, zScore } from './z-score.js';

interface Case {
  name: string;
  batch: (values: Float64Array, window: number) => Float64Array;
  stream: (window: number) => Indicator;
}

const CASES: readonly Case[] = [
  { name: 'moving average', batch: movingAverage, stream: (window) => new MovingAverage(window) },
  {
    name: 'sample deviation',
    batch: (values, window) => standardDeviation(values, window, 'sample'),
    stream: (window) => new StandardDeviation(window, 'sample'),
  },
  { name: 'rate of change', batch: rateOfChange, stream: (distance) => new RateOfChange(distance) },
  { name: 'log return', batch: logReturn, stream: (distance) => new LogReturn(distance) },
  { name: 'z-score', batch: zScore, stream: (window) => new ZScore(window) },
];

const prices = fc.array(fc.double({ min: 0.01, max: 1e5, noNaN: true }), { maxLength: 60 });
const windows = fc.integer({ min: 2, max: 10 });

describe.each(CASES)('every indicator: $name', ({ batch, stream }) => {
  it('gives the same bits in a batch and value by value', () => {
    fc.assert(
      fc.property(prices, windows, (values, window) => {
        const indicator = stream(window);
        const streamed = values.map((value) => indicator.push(value));
        const batched = [...batch(Float64Array.from(values), window)];
        expect(streamed.every((value, index) => Object.is(value, batched[index]))).toBe(true);
      }),
    );
  });

  it('does not look ahead: a longer series begins with the results of a shorter one', () => {
    fc.assert(
      fc.property(prices, windows, fc.nat(60), (values, window, length) => {
        const whole = [...batch(Float64Array.from(values), window)].slice(0, length);
        expect(whole).toEqual([...batch(Float64Array.from(values.slice(0, length)), window)]);
      }),
    );
  });
});
