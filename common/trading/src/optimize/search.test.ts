import { describe, expect, it } from 'vitest';
import type { TrialFigures } from './objective.js';
import type { ParameterSet } from './search-space.js';
import { searchParameters, searchSteps } from './search.js';

const current = { lookback: 50, entry_threshold: 1.5, exit_threshold: 0.5 };
const figures = (sharpe: number | null, maxDrawdownRatio: number): TrialFigures => ({
  sharpe,
  maxDrawdownRatio,
  winRate: null,
  trades: 0,
  returnRatio: 0,
});
const BY_LOOKBACK = new Map([
  [10, figures(null, 0)],
  [20, figures(-1, 0.3)],
  [30, figures(2, 0.2)],
  [40, figures(2, 0.1)],
  [50, figures(2, 0.1)],
]);
const input = {
  evaluate: ({ lookback = 0 }: ParameterSet) => BY_LOOKBACK.get(lookback) ?? figures(null, 1),
  space: { lookback: { min: 10, max: 50, step: 10 } },
  current,
  maxTrials: 10,
  seed: 1,
};

describe('searchParameters', () => {
  it('ranks by Sharpe ratio, then by the smaller drawdown, undefined last, ties in the order of the space', () => {
    expect(searchParameters(input).map(({ parameters }) => parameters.lookback)).toEqual([40, 50, 30, 20, 10]);
  });

  it('pauses after each trial', () => {
    expect([...searchSteps(input)].map(({ done, total }) => `${String(done)}/${String(total)}`)).toEqual([
      '1/5',
      '2/5',
      '3/5',
      '4/5',
      '5/5',
    ]);
  });
});
