import { compareFigures, type TrialFigures } from './objective.js';
import { candidatesOf, type CandidatesInput, type ParameterSet } from './search-space.js';

/** A parameter set and what it achieved. */
export interface Trial {
  readonly parameters: ParameterSet;
  readonly figures: TrialFigures;
}

export interface SearchInput extends CandidatesInput {
  readonly evaluate: (parameters: ParameterSet) => TrialFigures;
}

/** The trials done so far and the trials in all. */
export interface SearchProgress {
  readonly done: number;
  readonly total: number;
}

/** Tries every candidate and returns the trials best first; equal ones stay in the order of the search space. */
export function searchParameters(input: SearchInput): readonly Trial[] {
  return runToEnd(searchSteps(input));
}

/** The same search in steps: pauses after each trial, so that a caller can do other work in between. */
export function* searchSteps(input: SearchInput): Generator<SearchProgress, readonly Trial[]> {
  const candidates = candidatesOf(input);
  const trials: Trial[] = [];
  for (const parameters of candidates) {
    trials.push({ parameters, figures: input.evaluate(parameters) });
    yield { done: trials.length, total: candidates.length };
  }
  return trials.sort((a, b) => compareFigures(a.figures, b.figures));
}

/** Runs a stepped computation without pausing. */
export function runToEnd<Result>(steps: Generator<unknown, Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
