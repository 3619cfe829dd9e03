import { describe, expect, it } from 'vitest';
import { MovingAverage, movingAverage } from './moving-average.js';

describe('the moving average', () => {
  it('gives the figures of the StockCharts example', () => {
    // chartschool.stockcharts.com, "Moving Averages - Simple and Exponential", Intel, 10 days, printed with two decimals.
    const closes = [
      22.2734, 22.194, 22.0847, 22.1741, 22.184, 22.1344, 22.2337, 22.4323, 22.2436, 22.2933, 22.1542, 22.3926, 22.3816,
      22.6109, 23.3558, 24.0519, 23.753, 23.8324,
    ];
    const averages = [...movingAverage(Float64Array.from(closes), 10)];
    expect(averages.slice(0, 9)).toEqual(Array.from({ length: 9 }, () => Number.NaN));
    const printed = [22.22, 22.21, 22.23, 22.26, 22.31, 22.42, 22.61, 22.77, 22.91];
    for (const [index, average] of printed.entries()) {
      expect(Math.abs((averages[index + 9] ?? Number.NaN) - average)).toBeLessThanOrEqual(0.005 + 1e-9);
    }
  });

  it('follows a rise and then a fall', () => {
    expect([...movingAverage(Float64Array.of(1, 2, 3, 2, 1), 2)]).toEqual([Number.NaN, 1.5, 2.5, 2.5, 1.5]);
  });

  it('is the value itself over a window of 1', () => {
    const average = new MovingAverage(1);
    expect([average.push(0.1), average.push(7)]).toEqual([0.1, 7]);
  });

  it('of an empty series is empty', () => {
    expect(movingAverage(new Float64Array(), 3)).toHaveLength(0);
  });
});
