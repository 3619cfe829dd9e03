import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { orchestrationMode, type OrchestrationMode } from '@octant/trading/config/orchestrator-config';
import { timeframeName, type TimeframeName } from '@octant/trading/messages/envelope';
import { DEFAULT_BASE_PORT } from './fleet/agents.js';
import { InputError } from './interruption.js';

/** The flags of `npm start`, checked one by one but not yet against each other or the configuration. */
export interface StartFlags {
  readonly replay?: readonly string[];
  readonly symbol?: readonly string[];
  readonly timeframe?: TimeframeName;
  readonly from?: number;
  readonly to?: number;
  readonly strategy?: string;
  readonly mode?: OrchestrationMode;
  readonly feesBps?: number;
  readonly slippageBps?: number;
  readonly report?: string;
  /** `true`: print it; a string: the file. */
  readonly json?: string | true;
  readonly exit?: true;
  readonly keep?: true;
  readonly liveData?: string;
  readonly basePort: number;
  /** False with `--no-screen`. */
  readonly screen: boolean;
}

/** Help or version was asked for and is printed: exit code 0. */
export class HelpShown extends Error {
  override readonly name = 'HelpShown';
}

/** @throws InputError for what the flags do not take; HelpShown. */
export function parseCommandLine(argv: readonly string[]): StartFlags {
  const command = startCommand();
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) throw new HelpShown();
    throw new InputError(error.message.replace(/^error: /, ''), { cause: error });
  }
  const flags = command.opts<StartFlags>();
  checkTogether(flags);
  return flags;
}

function startCommand(): Command {
  return new Command('npm start --')
    .description(
      'Runs the desk of eight agents: on a simulated market, on public live data, or on candles of the past.',
    )
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .helpOption('-h, --help', 'show this')
    .option('--replay <file...>', 'replay CSV or CSV.gz candle files at full speed, then report')
    .option('--symbol <symbol...>', 'symbols to trade; with --replay the i-th belongs to the i-th file')
    .addOption(new Option('--timeframe <name>', 'candle length').choices(timeframeName.options))
    .option('--from <time>', 'replay: first open time, inclusive; ISO or epoch ms', parseTime)
    .option('--to <time>', 'replay: last open time, exclusive; ISO or epoch ms', parseTime)
    .option('--strategy <name|path>', 'a name of config/strategies, or a YAML file')
    .addOption(new Option('--mode <mode>', 'how the agents talk').choices(orchestrationMode.options))
    .option('--fees-bps <n>', "the paper exchange's fees, basis points", parseBps)
    .option('--slippage-bps <n>', "the paper exchange's slippage, basis points", parseBps)
    .option('--report <file>', 'replay: write the report as JSON')
    .option('--json [file]', 'replay: print the report as JSON, or write it to a file')
    .option('--exit', 'replay: end after the report even on a terminal')
    .option('--keep', 'replay: keep its Redis keys and Postgres schema')
    .option('--live-data <exchange>', 'paper-trade public live candles of an exchange, e.g. kraken')
    .option('--base-port <n>', 'port of the first of the eight agents', parsePort, DEFAULT_BASE_PORT)
    .option('--no-screen', 'plain lines instead of the live screen')
    .addHelpText('after', EXAMPLES);
}

const EXAMPLES = `
Examples:
  npm start
  npm start -- --live-data kraken --symbol BTC/USD
  npm start -- --replay BTC-USDT.1h.csv.gz --timeframe 1h --from 2021-01-01 --to 2022-01-01 --report report.json --exit

Servers: REDIS_URL and DATABASE_URL are used where they are set; else programs on the PATH, a container, or packages
unpacked below .octant/ (refuse that with OCTANT_NO_INSTALL=1). OCTANT_HOME names another folder than .octant/ for a
second desk.`;

const ISO_TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * Epoch ms of an ISO time or of epoch ms as text. A time without a zone is UTC, like every time of the desk.
 * @throws InvalidArgumentError for what is neither.
 */
export function parseTime(text: string): number {
  if (/^\d{11,15}$/.test(text)) return Number(text);
  const zoned = /T.*(Z|[+-]\d{2}:?\d{2})$/.test(text) || !text.includes('T') ? text : `${text}Z`;
  const ms = ISO_TIME.test(text) ? Date.parse(zoned) : NaN;
  if (Number.isNaN(ms)) {
    throw new InvalidArgumentError('expected an ISO time such as 2021-01-01T00:00:00Z, or epoch milliseconds');
  }
  return ms;
}

/** @throws InvalidArgumentError for anything but basis points from 0 to 1000. */
export function parseBps(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value > 1000)
    throw new InvalidArgumentError('expected basis points from 0 to 1000');
  return value;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1024 && port <= 65_528) return port;
  throw new InvalidArgumentError('expected a port from 1024 to 65528; the agents take it and the seven after it');
}

const REPLAY_ONLY = ['from', 'to', 'report', 'json', 'exit', 'keep'] as const;

function checkTogether(flags: StartFlags): void {
  if (flags.replay !== undefined && flags.liveData !== undefined) {
    throw new InputError('expected --replay or --live-data, was both');
  }
  if (flags.replay === undefined) {
    const stray = REPLAY_ONLY.find((name) => flags[name] !== undefined);
    if (stray !== undefined) throw new InputError(`--${stray}: expected only together with --replay FILE, was without`);
  }
  if (flags.from !== undefined && flags.to !== undefined && flags.from >= flags.to) {
    throw new InputError('--from: expected a time before --to, was not');
  }
}
