import { Command, InvalidArgumentError, Option } from 'commander';
import { timeframeName, type TimeframeName } from '@octant/trading/messages/envelope';
import { parseFlags } from '../bench/parse-flags.js';
import { parseTime } from '../command-line.js';
import { InputError } from '../interruption.js';

interface CommonFlags {
  /** `true`: print it; a string: the file. */
  readonly json?: string | true;
}

interface DepotFlags extends CommonFlags {
  readonly live?: true;
  readonly url?: string;
}

interface SeriesFlags {
  readonly source?: string;
  readonly timeframe?: TimeframeName;
}

interface RangeFlags {
  /** Open times, epoch ms: from inclusive, to exclusive. */
  readonly from?: number;
  readonly to?: number;
}

export interface FetchFlags extends DepotFlags, RangeFlags {
  readonly exchange: string;
  readonly symbol: readonly string[];
  readonly timeframe: TimeframeName;
  readonly from: number;
  readonly out?: string;
  readonly source?: string;
}

export interface ImportFlags extends DepotFlags, SeriesFlags {
  readonly files: readonly string[];
  readonly symbol?: readonly string[];
  readonly replace?: true;
}

export interface ExportFlags extends DepotFlags, SeriesFlags, RangeFlags {
  readonly symbol: string;
  readonly out: string;
}

export type ListFlags = DepotFlags;

export interface VerifyFlags extends DepotFlags, SeriesFlags, RangeFlags {
  readonly files: readonly string[];
  readonly symbol?: readonly string[];
  readonly strict?: true;
  readonly show: number;
}

export type DataCommand =
  | { readonly name: 'fetch'; readonly flags: FetchFlags }
  | { readonly name: 'import'; readonly flags: ImportFlags }
  | { readonly name: 'export'; readonly flags: ExportFlags }
  | { readonly name: 'list'; readonly flags: ListFlags }
  | { readonly name: 'verify'; readonly flags: VerifyFlags };

/** @throws InputError for what the flags do not take; HelpShown. */
export function parseDataCommand(argv: readonly string[]): DataCommand {
  let parsed: DataCommand | undefined;
  const command = dataCommand((found) => {
    parsed = found;
  });
  if (argv.length === 0) throw new InputError('expected fetch, import, export, list or verify; --help explains them');
  parseFlags(command, argv);
  if (parsed === undefined) throw new InputError('expected fetch, import, export, list or verify, was nothing');
  checkTogether(parsed);
  return parsed;
}

function dataCommand(take: (command: DataCommand) => void): Command {
  const command = new Command('npm run data --')
    .description("Candles: from an exchange, into and out of the desk's store, and what is wrong with them.")
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .helpOption('-h, --help', 'show this')
    .addHelpText('after', EXAMPLES);
  addFetch(command, take);
  addImport(command, take);
  addExport(command, take);
  withDepot(command.command('list').description('what the store has: by source, symbol and timeframe'))
    .allowExcessArguments(false)
    .action((flags: ListFlags) => {
      take({ name: 'list', flags });
    });
  addVerify(command, take);
  return command;
}

function addFetch(command: Command, take: (command: DataCommand) => void): void {
  const fetch = command
    .command('fetch')
    .description('public candles of an exchange into the store or a file; goes on where an earlier run ended')
    .allowExcessArguments(false)
    .requiredOption('--exchange <id>', 'an exchange that ccxt knows, e.g. kraken')
    .requiredOption('--symbol <symbol...>', 'symbols of config/markets.yaml')
    .addOption(timeframeOption('candle length').makeOptionMandatory())
    .requiredOption('--from <time>', 'first open time, inclusive; ISO or epoch ms', parseTime)
    .option('--to <time>', 'last open time, exclusive; default: the last candle that has closed', parseTime)
    .option('--out <file>', 'into this .csv or .csv.gz instead of the store')
    .option('--source <name>', 'source that the candles are stored under; default: the exchange', sourceName);
  withDepot(fetch).action((flags: FetchFlags) => {
    take({ name: 'fetch', flags });
  });
}

function addImport(command: Command, take: (command: DataCommand) => void): void {
  const imports = command
    .command('import')
    .description('CSV and CSV.gz files into the store; the same file twice changes nothing')
    .argument('<file...>', 'candle files')
    .option('--symbol <symbol...>', "the i-th belongs to the i-th file; default: the file's name")
    .option('--source <name>', 'source that the candles are stored under', sourceName, 'replay')
    .addOption(timeframeOption("candle length; default: the file's name, else the distance of its candles"))
    .option('--replace', 'also in place of stored candles with other values');
  withDepot(imports).action((files: string[], flags: Omit<ImportFlags, 'files'>) => {
    take({ name: 'import', flags: { ...flags, files } });
  });
}

function addExport(command: Command, take: (command: DataCommand) => void): void {
  const exports = command
    .command('export')
    .description('stored candles into a file')
    .allowExcessArguments(false)
    .requiredOption('--symbol <symbol>', 'a symbol of config/markets.yaml')
    .requiredOption('--out <file>', 'a .csv or .csv.gz');
  withDepot(withRange(withSeries(exports))).action((flags: ExportFlags) => {
    take({ name: 'export', flags });
  });
}

function addVerify(command: Command, take: (command: DataCommand) => void): void {
  const verify = command
    .command('verify')
    .description('every check on files, or on stored candles; exit code 1 when something is unsound')
    .argument('[file...]', 'candle files; without any the store is looked at')
    .option('--symbol <symbol...>', 'stored candles of these symbols; default: all that is stored')
    .option('--strict', 'gaps, runs without volume and outliers count as unsound, too')
    .option('--show <n>', 'findings of each kind that are named', parseShown, 5);
  withDepot(withRange(withSeries(verify))).action((files: string[], flags: Omit<VerifyFlags, 'files'>) => {
    take({ name: 'verify', flags: { ...flags, files } });
  });
}

function withDepot(command: Command): Command {
  return command
    .option('--live', 'the store of the desk on live data (npm start -- --live-data)')
    .option('--url <url>', 'the store of the market analyst at this URL; default: MARKET_ANALYST_URL', parseUrl)
    .option('--json [file]', 'print the result as JSON and nothing else, or write it to a file')
    .helpOption('-h, --help', 'show this');
}

function withSeries(command: Command): Command {
  return command
    .option('--source <name>', 'stored under this source; default: the only one that has it', sourceName)
    .addOption(timeframeOption('candle length; default: the only one that there is'));
}

function withRange(command: Command): Command {
  return command
    .option('--from <time>', 'first open time, inclusive; ISO or epoch ms', parseTime)
    .option('--to <time>', 'last open time, exclusive; ISO or epoch ms', parseTime);
}

function timeframeOption(text: string): Option {
  return new Option('--timeframe <name>', text).choices(timeframeName.options);
}

function sourceName(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_.@:-]{0,119}$/.test(text)) return text;
  throw new InvalidArgumentError('expected a name of letters, digits and _ . @ : -, at most 120 characters');
}

function parseUrl(text: string): string {
  if (URL.canParse(text) && /^https?:/.test(text)) return text;
  throw new InvalidArgumentError('expected an http URL, e.g. http://127.0.0.1:7002');
}

function parseShown(text: string): number {
  const shown = Number(text);
  if (/^\d+$/.test(text) && shown <= 10_000) return shown;
  throw new InvalidArgumentError('expected a number from 0 to 10000');
}

const CANDLE_FILE = /\.csv(\.gz)?$/i;

function checkTogether({ name, flags }: DataCommand): void {
  const { from, to } = { from: undefined, to: undefined, ...flags };
  if (from !== undefined && to !== undefined && from >= to) {
    throw new InputError('--from: expected a time before --to, was not');
  }
  if ((name === 'fetch' || name === 'export') && flags.out !== undefined && !CANDLE_FILE.test(flags.out)) {
    throw new InputError(`--out: expected a name that ends in .csv or .csv.gz, was ${flags.out}`);
  }
  if (name === 'fetch' && flags.out !== undefined && flags.symbol.length > 1) {
    throw new InputError(`--out: expected with one --symbol, was with ${flags.symbol.length}`);
  }
}

const EXAMPLES = `
Examples:
  npm run data -- fetch --exchange binance --symbol BTC/USDT --timeframe 1m --from 2024-01-01 --out BTC-USDT.1m.csv.gz
  npm run data -- import BTC-USDT.1h.csv.gz
  npm run data -- list
  npm run data -- verify BTC-USDT.1h.csv.gz
  npm run data -- export --symbol BTC-USDT --timeframe 1h --out BTC-USDT.1h.csv.gz

Each command explains its flags with --help. Exit codes: 0 done, 1 failed or unsound, 2 bad input, 130 interrupted.
docs/data.md tells the rest.`;
