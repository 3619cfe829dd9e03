import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { candidatesOf } from './search-space.js';

const current = { lookback: 50, entry_threshold: 1.5, exit_threshold: 0.5 };

describe('candidatesOf', () => {
  it('lists the whole grid when it fits, exact to the decimal', () => {
    const space = { lookback: { min: 10, max: 20, step: 10 }, entry_threshold: { min: 0.1, max: 0.35, step: 0.1 } };
    expect(candidatesOf({ space, current, maxTrials: 6, seed: 1 })).toEqual([
      { lookback: 10, entry_threshold: 0.1, exit_threshold: 0.5 },
      { lookback: 10, entry_threshold: 0.2, exit_threshold: 0.5 },
      { lookback: 10, entry_threshold: 0.3, exit_threshold: 0.5 },
      { lookback: 20, entry_threshold: 0.1, exit_threshold: 0.5 },
      { lookback: 20, entry_threshold: 0.2, exit_threshold: 0.5 },
      { lookback: 20, entry_threshold: 0.3, exit_threshold: 0.5 },
    ]);
  });

  it('gives the current parameters alone when there is nothing to search', () => {
    expect(candidatesOf({ space: {}, current, maxTrials: 9, seed: 1 })).toEqual([current]);
  });

  it('draws without repeats from the grid when it does not fit, the same for the same seed', () => {
    const space = {
      lookback: { min: 1, max: 9, step: 1 },
      entry_threshold: { min: 0, max: 2, step: 0.1 },
      exit_threshold: { min: -1, max: 1, step: 0.5 },
    };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 944 }), fc.integer(), (maxTrials, seed) => {
        const drawn = candidatesOf({ space, current, maxTrials, seed });
        const grid = new Set(candidatesOf({ space, current, maxTrials: 945, seed }).map((set) => JSON.stringify(set)));
        const texts = drawn.map((set) => JSON.stringify(set));
        expect([drawn.length, new Set(texts).size]).toEqual([maxTrials, maxTrials]);
        expect(texts.every((text) => grid.has(text))).toBe(true);
        expect(candidatesOf({ space, current, maxTrials, seed })).toEqual(drawn);
      }),
      { numRuns: 30 },
    );
  });

  it('draws from a huge grid without laying it out', () => {
    const space = { entry_threshold: { min: 0, max: 10, step: 0.0000001 }, lookback: { min: 2, max: 5000, step: 1 } };
    expect(candidatesOf({ space, current, maxTrials: 3, seed: 1 })).toHaveLength(3);
  });

  it('searches the parameters of any strategy, and refuses one that it has not', () => {
    const own = { fast: 5, slow: 20 };
    expect(
      candidatesOf({ space: { slow: { min: 20, max: 30, step: 10 } }, current: own, maxTrials: 9, seed: 1 }),
    ).toEqual([
      { fast: 5, slow: 20 },
      { fast: 5, slow: 30 },
    ]);
    const unknown = { slov: { min: 20, max: 30, step: 10 } };
    expect(() => candidatesOf({ space: unknown, current: own, maxTrials: 9, seed: 1 })).toThrow(
      'search_space: expected one of fast, slow, was "slov"; the nearest is slow',
    );
  });

  it('refuses a number of trials that is none', () => {
    expect(() => candidatesOf({ space: {}, current, maxTrials: 0, seed: 1 })).toThrow(
      'maxTrials: expected a whole number',
    );
  });
});
