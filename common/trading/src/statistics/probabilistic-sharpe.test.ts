import { describe, expect, it } from 'vitest';
import { deflatedSharpe, expectedMaxSharpe } from './deflated-sharpe.js';
import { normalCdf, normalQuantile } from './normal-distribution.js';
import { probabilisticSharpe } from './probabilistic-sharpe.js';
import { sharpeRatio } from './sharpe-ratio.js';

const RETURNS = [0.01, -0.005, 0.02, 0.015, -0.01, 0.008, -0.012, 0.017, 0.003, -0.002];

describe('the probabilistic Sharpe ratio', () => {
  it('takes the raw kurtosis: the canon example', () => {
    expect(sharpeRatio(RETURNS, 1)).toBeCloseTo(0.3865006, 7);
    expect(probabilisticSharpe(RETURNS, 0)).toBeCloseTo(0.8696, 6);
  });

  it('is a half against the ratio itself and falls with a harder benchmark', () => {
    const ratio = sharpeRatio(RETURNS, 1) ?? Number.NaN;
    expect(probabilisticSharpe(RETURNS, ratio)).toBeCloseTo(0.5, 12);
    expect(probabilisticSharpe(RETURNS, 1)).toBeLessThan(0.5);
  });

  it('is undefined for too few returns or returns that do not vary', () => {
    expect(probabilisticSharpe([0.1], 0)).toBeUndefined();
    expect(probabilisticSharpe([0.1, 0.1], 0)).toBeUndefined();
  });
});

describe('the deflated Sharpe ratio', () => {
  it.each([
    [10, 1.5746],
    [100, 2.5306],
    [1000, 3.25512],
  ])('expects of %i tries a best of %f deviations', (trials, bracket) => {
    expect(expectedMaxSharpe(trials)).toBeCloseTo(bracket, 5);
  });

  it('is the probabilistic one against what luck would have given', () => {
    const benchmark = 0.1 * (expectedMaxSharpe(10) ?? Number.NaN);
    expect(deflatedSharpe(RETURNS, { trials: 10, sharpeDeviation: 0.1 })).toBe(probabilisticSharpe(RETURNS, benchmark));
    expect(deflatedSharpe(RETURNS, { trials: 1, sharpeDeviation: 0.1 })).toBeUndefined();
  });
});

describe('the normal distribution', () => {
  it.each([
    // Python 3.11, statistics.NormalDist().cdf; also in M. Abramowitz, I. A. Stegun, table 26.1.
    [0, 0.5],
    [0.5, 0.691462461274013],
    [1, 0.841344746068543],
    [1.96, 0.97500210485178],
    [2.99, 0.9986051127645077],
    [3, 0.99865010196837],
    [3.01, 0.9986937615512306],
  ])('has at most %f with probability %f', (x, probability) => {
    expect(normalCdf(x)).toBeCloseTo(probability, 12);
    expect(normalCdf(-x)).toBeCloseTo(1 - probability, 12);
  });

  it('keeps its relative accuracy far out', () => {
    // R: pnorm(-10) = 7.619853024160527e-24.
    expect(normalCdf(-10) / 7.619853024160527e-24).toBeCloseTo(1, 11);
    expect(normalCdf(40)).toBe(1);
    expect(normalCdf(Number.NEGATIVE_INFINITY)).toBe(0);
    expect(normalCdf(Number.NaN)).toBeNaN();
  });

  it.each([
    // R: qnorm.
    [0.975, 1.959963984540054],
    [0.5, 0],
    [0.999, 3.090232306167813],
    [1e-10, -6.361340902404056],
    [0.001, -3.090232306167813],
  ])('has its quantile of %f at %f', (probability, x) => {
    expect(normalQuantile(probability)).toBeCloseTo(x, 10);
  });

  it('has its quantiles of 0 and 1 at the ends and none outside', () => {
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
    expect([normalQuantile(-0.1), normalQuantile(1.1), normalQuantile(Number.NaN)]).toEqual(Array(3).fill(Number.NaN));
  });
});
