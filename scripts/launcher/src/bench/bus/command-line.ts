import { Command, InvalidArgumentError } from 'commander';
import { parseFlags } from '../parse-flags.js';
import { PARTS, type PartName } from './cases.js';

/** How long and how much is measured. */
export interface BusFlags {
  /** `true`: print it; a string: the file. */
  readonly json?: string | true;
  readonly parts: ReadonlySet<PartName>;
  /** Steady state of each measured run. */
  readonly seconds: number;
  /** Before it, counted in nothing. */
  readonly warmUpSeconds: number;
  readonly repeats: number;
  /** Concurrencies of BullMQ's worker that are tried; the best one is compared. */
  readonly bullmqConcurrencies: readonly number[];
  /** Entries that the long stream holds already. */
  readonly longStream: number;
  /** Messages of the memory run. */
  readonly memoryMessages: number;
}

interface RawFlags {
  readonly json?: string | true;
  readonly seconds?: number;
  readonly repeats?: number;
  readonly only?: readonly PartName[];
  readonly quick?: true;
}

const THOROUGH = {
  seconds: 10,
  warmUpSeconds: 3,
  repeats: 3,
  bullmqConcurrencies: [50, 100, 200],
  longStream: 1_000_000,
  memoryMessages: 1_000_000,
};
/** Enough to see that all of it works; the figures say little. */
const QUICK = {
  seconds: 2,
  warmUpSeconds: 1,
  repeats: 1,
  bullmqConcurrencies: [100],
  longStream: 50_000,
  memoryMessages: 50_000,
};

/** @throws InputError for what the flags do not take; HelpShown. */
export function parseBusFlags(argv: readonly string[]): BusFlags {
  const command = new Command('npm run bench:bus --')
    .description('Measures the bus beside a raw loop on the same Redis, and beside BullMQ doing the same work.')
    .option('--json [file]', 'print the figures as JSON and nothing else, or write them to a file')
    .option('--seconds <n>', `steady state of each measured run (default ${THOROUGH.seconds})`, parseSeconds)
    .option('--repeats <n>', `runs of each case, in turns (default ${THOROUGH.repeats})`, parseRepeats)
    .option('--only <names>', `some of these, with commas: ${PARTS.join(', ')}`, parseParts)
    .option('--quick', 'all of it short, once: a check that it works, not a measurement');
  const { json, only, quick, ...given } = parseFlags<RawFlags>(command, argv);
  return {
    ...(quick === true ? QUICK : THOROUGH),
    ...given,
    parts: new Set(only ?? PARTS),
    ...(json === undefined ? {} : { json }),
  };
}

function parseSeconds(text: string): number {
  return parseCount(text, 120);
}

function parseRepeats(text: string): number {
  return parseCount(text, 100);
}

function parseCount(text: string, most: number): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= most) return count;
  throw new InvalidArgumentError(`expected a whole number from 1 to ${most}`);
}

function parseParts(text: string): readonly PartName[] {
  return text.split(',').map((word) => {
    const part = PARTS.find((name) => name === word.trim());
    if (part !== undefined) return part;
    throw new InvalidArgumentError(`expected names out of ${PARTS.join(', ')}`);
  });
}
