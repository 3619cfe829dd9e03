import { Command, InvalidArgumentError } from 'commander';
import { parseFlags } from '../bench/parse-flags.js';
import { InputError } from '../interruption.js';

export interface VenueCheckFlags {
  readonly exchange: string;
  readonly sandbox?: true;
  readonly order?: true;
  readonly symbol?: string;
  readonly price?: string;
  /** `true`: print it; a string: the file. */
  readonly json?: string | true;
}

/** @throws InputError for what the flags do not take; HelpShown. */
export function parseVenueCheckFlags(argv: readonly string[]): VenueCheckFlags {
  const command = new Command('npm run venue:check --')
    .description('Asks an exchange, with the keys of its data source, for what only the real one can show.')
    .allowExcessArguments(false)
    .requiredOption('--exchange <id>', 'binance or kraken')
    .option('--sandbox', "the exchange's own place for trying things out (binance)")
    .option('--order', 'place the least post-only order far below the price, find it, and cancel it')
    .option('--symbol <symbol>', 'of the order; default: the first of the data source')
    .option('--price <price>', 'of the order; default: half of the last price', priceText)
    .option('--json [file]', 'print or write one object')
    .helpOption('-h, --help', 'show this');
  const flags = parseFlags<VenueCheckFlags>(command, argv);
  if (flags.order !== true && (flags.price !== undefined || flags.symbol !== undefined)) {
    throw new InputError('--symbol and --price are those of the order: expected --order beside them');
  }
  return flags;
}

function priceText(text: string): string {
  if (/^\d{1,18}(\.\d{1,18})?$/.test(text) && Number(text) > 0) return text;
  throw new InvalidArgumentError('expected a price above 0 such as 25000.5');
}
