import { describe, expect, it } from 'vitest';
import { normalFrom, seededRandom, xoshiro128 } from './random.js';

const take = (next: () => number, count: number) => Array.from({ length: count }, () => next());

describe('the generator', () => {
  it('gives the numbers of the reference program', () => {
    // xoshiro128starstar.c, version 1.1, by D. Blackman and S. Vigna, from the state {1, 2, 3, 4}.
    expect(take(xoshiro128([1, 2, 3, 4]), 10)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });
});

describe('a seeded source', () => {
  it('repeats itself for the same seed and differs for another', () => {
    expect(take(seededRandom(7), 5)).toEqual(take(seededRandom(7), 5));
    expect(take(seededRandom('7'), 5)).toEqual(take(seededRandom(7), 5));
    expect(take(seededRandom(8), 5)).not.toEqual(take(seededRandom(7), 5));
  });

  it('stays in [0, 1), around a half', () => {
    const numbers = take(seededRandom('spread'), 20_000);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    expect(numbers.reduce((sum, number) => sum + number, 0) / numbers.length).toBeCloseTo(0.5, 2);
  });

  it('gives normal numbers of mean 0 and deviation 1', () => {
    const numbers = take(normalFrom(seededRandom('normal')), 20_000);
    const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
    const square = numbers.reduce((sum, number) => sum + number * number, 0) / numbers.length;
    expect(mean).toBeCloseTo(0, 1);
    expect(square).toBeCloseTo(1, 1);
  });
});
