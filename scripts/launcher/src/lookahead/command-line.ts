import { Option } from 'commander';
import { timeframeName, type TimeframeName } from '@octant/trading/messages/envelope';
import { flagCommand } from '../backtest/command-line.js';
import { parseFlags } from '../bench/parse-flags.js';
import { wholeNumber } from '../chaos/command-line.js';
import { parseTime } from '../command-line.js';
import { InputError } from '../interruption.js';

/** The flags of `npm run lookahead`. */
export interface LookaheadFlags {
  readonly strategy?: readonly string[];
  readonly data?: string;
  readonly symbol?: string;
  readonly timeframe?: TimeframeName;
  readonly from?: number;
  readonly to?: number;
  readonly candles: number;
  readonly sample: number;
  readonly seed: number;
  /** `true`: print it; a string: the file. */
  readonly json?: string | true;
}

/** @throws InputError for what the flags do not take; HelpShown. */
export function parseLookaheadFlags(argv: readonly string[]): LookaheadFlags {
  const flags = parseFlags<LookaheadFlags>(lookaheadCommand(), argv);
  const stray = (['symbol', 'from', 'to'] as const).find((name) => flags[name] !== undefined);
  if (flags.data === undefined && stray !== undefined) {
    throw new InputError(`--${stray}: expected only together with --data FILE, was without`);
  }
  return flags;
}

function lookaheadCommand() {
  return flagCommand(
    'npm run lookahead --',
    'Re-runs every signal on truncated data, and fails when one depends on what comes after it.',
  )
    .option('--strategy <name|path...>', 'names of config/strategies, or YAML files; default: all of config/strategies')
    .option('--data <file>', 'a CSV or CSV.gz candle file; default: the simulated market')
    .option('--symbol <symbol>', "the file's symbol, where its name does not give it")
    .addOption(new Option('--timeframe <name>', 'candle length').choices(timeframeName.options))
    .option('--from <time>', 'first open time, inclusive; ISO or epoch ms', parseTime)
    .option('--to <time>', 'last open time, exclusive; ISO or epoch ms', parseTime)
    .option('--candles <n>', 'length of the simulated market', wholeNumber(100, 1_000_000), 3000)
    .option(
      '--sample <n>',
      'most places to check; with more candles, a seeded choice of those with a signal',
      wholeNumber(1, 1_000_000),
      3000,
    )
    .option('--seed <n>', 'of the simulated market and the choice', wholeNumber(0, 2 ** 31), 7)
    .option('--json [file]', 'print the result as JSON and nothing else, or write it to a file')
    .addHelpText('after', '\nExit code: 0 no difference, 1 a signal that looks ahead, 2 bad input, 130 after Ctrl-C.');
}
