import type { Facts } from './facts.js';
import type { Verdict } from './verdict.js';

/** One question about the desk. It only judges facts that were collected before, so that a test can plant any fault. */
export interface Check {
  /** Kebab-case; what `--only` takes. */
  readonly id: string;
  readonly title: string;
  readonly examine: (facts: Facts) => Verdict;
}

/** A check's verdict with the check's name. */
export interface Finding extends Verdict {
  readonly id: string;
  readonly title: string;
}
