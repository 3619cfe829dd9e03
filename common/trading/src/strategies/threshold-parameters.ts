import type { ParameterSpec } from './parameter-spec.js';

/** The specification's three parameters, which every built-in strategy takes; `score` says what is compared. */
export function thresholdParameters(score: string): readonly ParameterSpec[] {
  const threshold = { whole: false, min: -1_000_000, max: 1_000_000 };
  return [
    { name: 'lookback', describe: 'Candles that the indicators look back.', whole: true, min: 2, max: 5000 },
    { name: 'entry_threshold', describe: `Buys at or beyond it, in ${score}.`, ...threshold },
    { name: 'exit_threshold', describe: `Sells at or below it, in ${score}.`, ...threshold },
  ];
}
