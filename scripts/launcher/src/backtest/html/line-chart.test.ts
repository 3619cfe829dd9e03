import { describe, expect, it } from 'vitest';
import { axisOf, logAxisOf } from './line-chart.js';

describe('the axis of a chart', () => {
  it('ends at round numbers around the values', () => {
    expect(axisOf([3, 47])).toEqual({ low: 0, high: 60, ticks: [0, 20, 40, 60] });
    expect(axisOf([-0.081, 0])).toEqual({ low: -0.1, high: 0, ticks: [-0.1, -0.075, -0.05, -0.025, 0] });
  });

  it('is there for values that do not vary, and for none', () => {
    const { low, high } = axisOf([1000, 1000]);
    expect(low < 1000 && high > 1000).toBe(true);
    expect(axisOf([])).toMatchObject({ low: 0, high: 1 });
  });

  it('of logarithms is marked at 1, 2 and 5, or at powers of ten where these are many', () => {
    const marks = (values: readonly number[]): number[] =>
      logAxisOf(values).ticks.map((tick) => Math.round(10 ** tick));
    expect(marks([300, 1500])).toEqual([200, 500, 1000, 2000]);
    expect(marks([3, 15_000])).toEqual([10, 100, 1000, 10_000]);
    expect(marks([1000, 1000])).toEqual([1000, 2000]);
  });
});
