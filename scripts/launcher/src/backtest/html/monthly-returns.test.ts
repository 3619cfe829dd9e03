import { describe, expect, it } from 'vitest';
import { monthlyReturns } from './monthly-returns.js';

const at = (text: string): number => Date.parse(`${text}T00:00:00Z`);

describe('monthly returns', () => {
  it('run from month end to month end, 00:00 UTC on the first belonging to the month before', () => {
    const months = monthlyReturns([
      [at('2021-01-30'), '100'],
      [at('2021-01-31'), '104'],
      [at('2021-02-01'), '110'],
      [at('2021-02-02'), '121'],
      [at('2021-03-01'), '99'],
      [at('2021-03-02'), '99'],
    ]);
    expect(months.map(({ year, month, ratio }) => [year, month, Number(ratio.toFixed(12))])).toEqual([
      [2021, 0, 0.1],
      [2021, 1, -0.1],
      [2021, 2, 0],
    ]);
  });

  it('multiply up to the return of the run', () => {
    const equity = Array.from({ length: 400 }, (_, day): [number, string] => [
      at('2020-11-20') + day * 86_400_000,
      String(1000 + 50 * Math.sin(day / 9) + day),
    ]);
    const product = monthlyReturns(equity).reduce((total, { ratio }) => total * (1 + ratio), 1);
    expect(product).toBeCloseTo(Number(equity.at(-1)?.[1]) / 1000, 10);
  });

  it('of a run without a day are none', () => {
    expect(monthlyReturns([[0, '1000']])).toEqual([]);
  });
});
