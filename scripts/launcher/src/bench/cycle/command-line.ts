import { Command, InvalidArgumentError } from 'commander';
import { parseFlags } from '../parse-flags.js';

export interface CycleFlags {
  /** `true`: print it; a string: the file. */
  readonly json?: string | true;
  /** Candles of each replay whose pace is measured. */
  readonly candles: number;
}

/** @throws InputError for what the flags do not take; HelpShown. */
export function parseCycleFlags(argv: readonly string[]): CycleFlags {
  const command = new Command('npm run bench:cycle --')
    .description('Measures the decision cycle through the eight real processes, beside a bare skeleton of it.')
    .option('--json [file]', 'print the figures as JSON and nothing else, or write them to a file')
    .option('--candles <n>', 'candles of each replay whose pace is measured', parseCount, 1000);
  return parseFlags<CycleFlags>(command, argv);
}

function parseCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 100 && count <= 100_000) return count;
  throw new InvalidArgumentError('expected a number from 100 to 100000');
}
