import { Command, InvalidArgumentError } from 'commander';
import { parseFlags } from '../parse-flags.js';

/** The parts that can be measured alone, in their order. */
export const PARTS = ['engine', 'linearity', 'indicators', 'command', 'memory'] as const;
export type Part = (typeof PARTS)[number];

export interface BacktestBenchFlags {
  /** `true`: print it; a string: the file. */
  readonly json?: string | true;
  /** Runs of each case, in turns; the figure is their median. */
  readonly repeats: number;
  /** Candles that stand for a year of minutes. */
  readonly candles: number;
  readonly only: readonly Part[];
}

const YEAR_OF_MINUTES = 525_600;

/** @throws InputError for what the flags do not take; HelpShown. */
export function parseBacktestBenchFlags(argv: readonly string[]): BacktestBenchFlags {
  const command = new Command('npm run bench:backtest --')
    .description('Measures the backtest engine beside a hand-written loop that does the same job, in one run.')
    .option('--json [file]', 'print the figures as JSON and nothing else, or write them to a file')
    .option('--repeats <n>', 'runs of each case, in turns', wholeNumber(1, 99), 5)
    .option('--candles <n>', 'candles of the year', wholeNumber(10_000, 5_000_000), YEAR_OF_MINUTES)
    .option('--only <parts>', `comma-separated: ${PARTS.join(', ')}`, parseParts, PARTS);
  return parseFlags<BacktestBenchFlags>(command, argv);
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`expected a number from ${min} to ${max}`);
  };
}

function parseParts(text: string): readonly Part[] {
  return text.split(',').map((name) => {
    const part = PARTS.find((known) => known === name.trim());
    if (part === undefined) throw new InvalidArgumentError(`expected some of ${PARTS.join(', ')}, was ${name}`);
    return part;
  });
}
