import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { HelpShown } from '../../command-line.js';
import { InputError } from '../../interruption.js';

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
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .option('--json [file]', 'print the figures as JSON and nothing else, or write them to a file')
    .option('--candles <n>', 'candles of each replay whose pace is measured', parseCount, 1000);
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) throw new HelpShown();
    throw new InputError(error.message.replace(/^error: /, ''), { cause: error });
  }
  return command.opts<CycleFlags>();
}

function parseCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 100 && count <= 100_000) return count;
  throw new InvalidArgumentError('expected a number from 100 to 100000');
}
