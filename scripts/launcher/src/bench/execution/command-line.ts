import { Command, InvalidArgumentError, Option } from 'commander';
import { parseFlags } from '../parse-flags.js';

export interface ExecutionFlags {
  /** `true`: print it; a string: the file. */
  readonly json?: string | true;
  readonly venue: 'binance' | 'kraken';
  /** Orders of each measurement. */
  readonly orders: number;
  /** Orders a second while the latency is measured. */
  readonly rate: number;
  /** Orders that are compared with the exchange. */
  readonly compared: number;
}

/** @throws InputError for what the flags do not take; HelpShown. */
export function parseExecutionFlags(argv: readonly string[]): ExecutionFlags {
  const command = new Command('npm run bench:execution --')
    .description(
      'Measures the trade executor with an account at the exchange simulator, over the real exchange client.',
    )
    .option('--json [file]', 'print the figures as JSON and nothing else, or write them to a file')
    .addOption(
      new Option('--venue <name>', 'whose API the simulator speaks').choices(['binance', 'kraken']).default('binance'),
    )
    .option('--orders <n>', 'orders of each measurement', wholeNumber(50, 7000), 1000)
    .option('--rate <n>', 'orders a second while the latency is measured', wholeNumber(1, 1000), 100)
    .option(
      '--compared <n>',
      'open and closed orders that are compared with the exchange',
      wholeNumber(10, 12_000),
      10_000,
    );
  return parseFlags<ExecutionFlags>(command, argv);
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`expected a number from ${min} to ${max}`);
  };
}
