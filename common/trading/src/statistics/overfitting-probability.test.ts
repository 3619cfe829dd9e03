import { describe, expect, it } from 'vitest';
import { normalFrom, seededRandom } from '../market/random.js';
import { overfittingProbability } from './overfitting-probability.js';

const PERIODS = 240;

function noise(seed: number, mean = 0): number[] {
  const normal = normalFrom(seededRandom(seed));
  return Array.from({ length: PERIODS }, () => mean + 0.01 * normal());
}

describe('the probability of backtest overfitting', () => {
  it('is 0 for a trial that is better everywhere, over all splits', () => {
    const trials = [1, 2, 3, 4].map((seed) => noise(seed, seed === 3 ? 0.02 : 0));
    expect(overfittingProbability(trials, 8)).toEqual({ value: 0, n: 70 });
    expect(overfittingProbability(trials.map((trial) => trial.slice(0, 48)))?.n).toBe(12_870);
  });

  it('is 1 where what wins in one half loses in the other', () => {
    // Two blocks, each trial lives off one of them: the winner of either half is the worst of the other.
    const half = PERIODS / 2;
    const wave = (period: number): number => (period % 2 === 0 ? 0.02 : -0.01);
    const first = Array.from({ length: PERIODS }, (_, period) => (period < half ? 1 : -1) * wave(period));
    const second = first.map((value) => -value);
    expect(overfittingProbability([first, second], 2)).toEqual({ value: 1, n: 2 });
  });

  it('of trials without skill is about a half, on average over several sets of them', () => {
    const sets = Array.from({ length: 12 }, (_, set) =>
      Array.from({ length: 10 }, (_trial, trial) => noise(100 * set + trial + 1000)),
    );
    const values = sets.map((trials) => overfittingProbability(trials, 8)?.value ?? Number.NaN);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.15);
  });

  it('counts a winner that only ties as not above the median', () => {
    const trial = noise(5);
    expect(overfittingProbability([trial, [...trial]], 4)).toEqual({ value: 1, n: 6 });
  });

  it('does not look at the periods that fill no block', () => {
    const trials = [1, 2, 3].map((seed) => noise(seed));
    const longer = trials.map((trial, index) => [index * 100, ...trial]);
    expect(overfittingProbability(longer, 8)).toEqual(overfittingProbability(trials, 8));
  });

  it('is undefined for one trial, too few periods or returns that do not vary', () => {
    expect(overfittingProbability([noise(1)], 4)).toBeUndefined();
    expect(overfittingProbability([], 4)).toBeUndefined();
    expect(
      overfittingProbability([
        [1, 2],
        [2, 1],
      ]),
    ).toBeUndefined();
    expect(overfittingProbability([Array(20).fill(0), Array(20).fill(0)], 2)).toBeUndefined();
  });

  it('names what it cannot take', () => {
    expect(() => overfittingProbability([[1], [1]], 3)).toThrow('blocks: expected an even number from 2 to 20, was 3');
    expect(() => overfittingProbability([[1, 2], [1]])).toThrow('trials: expected 2 returns each, was 1');
  });
});
