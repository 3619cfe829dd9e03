import { InvalidArgumentError, Option } from 'commander';
import { orchestrationMode, type OrchestrationMode } from '@octant/trading/config/orchestrator-config';
import { timeframeName, type TimeframeName } from '@octant/trading/messages/envelope';
import { flagCommand } from '../backtest/command-line.js';
import { parseFlags } from '../bench/parse-flags.js';
import { wholeNumber } from '../chaos/command-line.js';
import { parseTime } from '../command-line.js';
import { InputError } from '../interruption.js';

/** The flags of `npm run parity`. */
export interface ParityFlags {
  readonly data?: readonly string[];
  readonly symbol?: readonly string[];
  readonly timeframe?: TimeframeName;
  readonly from?: number;
  readonly to?: number;
  readonly candles: number;
  readonly seed: number;
  readonly strategies?: readonly string[];
  readonly modes: readonly OrchestrationMode[];
  /** `true`: print it; a string: the file. */
  readonly json?: string | true;
}

/** @throws InputError for what the flags do not take; HelpShown. */
export function parseParityFlags(argv: readonly string[]): ParityFlags {
  const flags = parseFlags<ParityFlags>(parityCommand(), argv);
  const stray = (['symbol', 'from', 'to'] as const).find((name) => flags[name] !== undefined);
  if (flags.data === undefined && stray !== undefined) {
    throw new InputError(`--${stray}: expected only together with --data FILE, was without`);
  }
  return flags;
}

function parityCommand() {
  return flagCommand(
    'npm run parity --',
    'Holds the backtest and the replay through the eight agents equal, to the last digit, strategy by strategy and mode by mode.',
  )
    .option('--data <file...>', 'CSV or CSV.gz candle files; default: the simulated market')
    .option('--symbol <symbol...>', "the i-th belongs to the i-th file; a file's name gives it where it can")
    .addOption(new Option('--timeframe <name>', 'candle length').choices(timeframeName.options).default('1h'))
    .option('--from <time>', 'first open time, inclusive; ISO or epoch ms', parseTime)
    .option('--to <time>', 'last open time, exclusive; ISO or epoch ms', parseTime)
    .option('--candles <n>', 'candles of each symbol, from the first one on', wholeNumber(100, 10_000_000), 10_000)
    .option('--seed <n>', 'of the simulated market', wholeNumber(0, 2 ** 31), 7)
    .option('--strategies <name|path...>', 'names of config/strategies, or YAML files; default: all that are enabled')
    .option('--modes <mode...>', 'http, pubsub, hybrid', collectModes, [...orchestrationMode.options])
    .option('--json [file]', 'print the result as JSON and nothing else, or write it to a file')
    .addHelpText(
      'after',
      `
A replay does some 170 candles a second, so that 10,000 candles take a minute a strategy and mode. Exit code: 0 all equal,
1 a difference, 2 bad input, 130 after Ctrl-C.`,
    );
}

/** Commander hands over the default with the first one, and then what was returned. */
function collectModes(text: string, before: readonly OrchestrationMode[]): readonly OrchestrationMode[] {
  const parsed = text.split(',').map((word) => orchestrationMode.safeParse(word));
  const modes = parsed.flatMap(({ data }) => data ?? []);
  if (modes.length < parsed.length) {
    throw new InvalidArgumentError(`expected ${orchestrationMode.options.join(', ')}, was ${JSON.stringify(text)}`);
  }
  const isDefault = before.length === orchestrationMode.options.length;
  return isDefault ? modes : [...new Set([...before, ...modes])];
}
