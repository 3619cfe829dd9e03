import { Command, Option } from 'commander';
import { timeframeName, type TimeframeName } from '@octant/trading/messages/envelope';
import { STATISTICS_PROFILES, type StatisticsProfile } from '@octant/trading/statistics/profile-statistics';
import { parseFlags } from '../bench/parse-flags.js';
import { parseBps, parseTime } from '../command-line.js';
import { InputError } from '../interruption.js';

/** The flags of `npm run backtest`, checked one by one but not yet against the configuration. */
export interface BacktestFlags {
  readonly data: readonly string[];
  readonly symbol?: readonly string[];
  /** Files of shorter candles; the i-th belongs to the i-th of `data`. */
  readonly finer?: readonly string[];
  readonly timeframe?: TimeframeName;
  readonly from?: number;
  readonly to?: number;
  readonly strategy?: string;
  readonly feesBps?: number;
  readonly slippageBps?: number;
  readonly profile: StatisticsProfile;
  /** `true`: print it; a string: the file. */
  readonly json?: string | true;
  readonly html?: string;
}

/** @throws InputError for what the flags do not take; HelpShown. */
export function parseBacktestFlags(argv: readonly string[]): BacktestFlags {
  const flags = parseFlags<BacktestFlags>(backtestCommand(), argv);
  if (flags.from !== undefined && flags.to !== undefined && flags.from >= flags.to) {
    throw new InputError('--from: expected a time before --to, was not');
  }
  return flags;
}

/** A command that takes flags only; to be parsed by `parseFlags`. */
export function flagCommand(name: string, description: string): Command {
  return new Command(name).description(description).allowExcessArguments(false).helpOption('-h, --help', 'show this');
}

function backtestCommand(): Command {
  return flagCommand(
    'npm run backtest --',
    'Trades a strategy over candle files with the functions of the live desk, and reports.',
  )
    .requiredOption('--data <file...>', 'CSV or CSV.gz candle files')
    .option('--symbol <symbol...>', "the i-th belongs to the i-th file; a file's name gives it where it can")
    .option('--finer <file...>', 'shorter candles for the order of prices within a candle; the i-th for the i-th file')
    .addOption(new Option('--timeframe <name>', 'candle length').choices(timeframeName.options))
    .option('--from <time>', 'first open time, inclusive; ISO or epoch ms', parseTime)
    .option('--to <time>', 'last open time, exclusive; ISO or epoch ms', parseTime)
    .option('--strategy <name|path>', 'a name of config/strategies, or a YAML file')
    .option('--fees-bps <n>', 'fees, basis points of the notional', parseBps)
    .option('--slippage-bps <n>', 'slippage of a market order, basis points of the price', parseBps)
    .addOption(
      new Option('--profile <name>', 'whose conventions the statistics follow')
        .choices(STATISTICS_PROFILES)
        .default('octant'),
    )
    .option('--json [file]', 'print the report as JSON and nothing else, or write it to a file')
    .option('--html <file>', 'write the report as one HTML file that needs no network')
    .addHelpText('after', EXAMPLES);
}

const EXAMPLES = `
Defaults are those of config/. Exit code: 0 done, 1 failed, 2 bad input, 130 after Ctrl-C. docs/backtest.md says how to
read the report and what it assumes.

Example:
  npm run backtest -- --strategy momentum --data BTC-USDT.1h.csv.gz --timeframe 1h --from 2021-01-01 --html report.html`;
