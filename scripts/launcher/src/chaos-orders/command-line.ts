import { Command } from 'commander';
import { parseFlags } from '../bench/parse-flags.js';
import { wholeNumber } from '../chaos/command-line.js';
import { InputError } from '../interruption.js';
import type { ChaosVenue } from './plan/market.js';

export interface ChaosOrdersFlags {
  readonly seed: number;
  readonly orders: number;
  readonly faults: number;
  readonly venue: ChaosVenue | 'both';
  /** `true`: print it; a string: the file. */
  readonly json?: string | true;
  /** Not every crash point has to be reached, nor half of the orders be sent. */
  readonly quick?: true;
}

const VENUES = ['binance', 'kraken', 'both'];

/** @throws InputError for what the flags do not take; HelpShown. */
export function parseChaosOrdersFlags(argv: readonly string[]): ChaosOrdersFlags {
  const command = new Command('npm run chaos:orders --')
    .description(
      'Kills the trade executor at every crash point while the exchange misbehaves, then accounts for every order.',
    )
    .allowExcessArguments(false)
    .option('--seed <n>', 'orders and faults are a function of it', wholeNumber(0, 2 ** 31), 3)
    .option('--orders <n>', 'orders to publish, at all venues together', wholeNumber(10, 100_000), 2000)
    .option('--faults <n>', 'faults to do, at all venues together', wholeNumber(0, 10_000), 400)
    .option('--venue <name>', 'binance, kraken or both', 'both')
    .option('--quick', 'a crash point that was not reached, or few orders sent, is no failure')
    .option('--json [file]', 'print the result as JSON and nothing else, or write it to a file')
    .helpOption('-h, --help', 'show this')
    .addHelpText(
      'after',
      `
Exit code: 0 when every order, fill and balance is accounted for; 1 when one is not; 2 for a wrong flag; 130 after Ctrl-C.
docs/chaos.md says how to read the result.`,
    );
  const flags = parseFlags<ChaosOrdersFlags>(command, argv);
  if (VENUES.includes(flags.venue)) return flags;
  throw new InputError(`--venue: expected ${VENUES.join(', ')}, was ${JSON.stringify(flags.venue)}`);
}
