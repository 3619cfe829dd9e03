/**
 * Configuration or environment that cannot be used. Carries every problem that was found, each a line in plain words
 * (`config/<file>: <path>: expected <…>, was <value>`); the process ends with exit code 2.
 */
export class ConfigError extends Error {
  /** At least one; each names the file or variable. */
  readonly problems: readonly string[];
  constructor(problems: readonly string[], options?: { cause?: unknown }) {
    super(problems.join('\n'), options);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}
