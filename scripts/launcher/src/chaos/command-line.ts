import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { HelpShown } from '../command-line.js';
import { InputError } from '../interruption.js';

export interface ChaosFlags {
  readonly seed: number;
  readonly messages: number;
  readonly workerKills: number;
  readonly redisKills: number;
  readonly postgresStops: number;
  readonly flushes: number;
  readonly workers: number;
  /** Roots a second; absent: as many as leave the faults enough time. */
  readonly rate?: number;
  /** `true`: print it; a string: the file. */
  readonly json?: string | true;
  readonly quick?: true;
  readonly keep?: true;
  /** Folder of servers and logs below `.octant`. */
  readonly home: string;
}

const QUICK = { messages: 1_500, workerKills: 12, redisKills: 2, postgresStops: 1 } as const;

/** @throws InputError for what the flags do not take; HelpShown. */
export function parseChaosFlags(argv: readonly string[]): ChaosFlags {
  const command = chaosCommand();
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) throw new HelpShown();
    throw new InputError(error.message.replace(/^error: /, ''), { cause: error });
  }
  const flags = command.opts<ChaosFlags>();
  if (flags.quick !== true) return flags;
  const given = (name: string): boolean => command.getOptionValueSource(name) === 'cli';
  return { ...flags, ...Object.fromEntries(Object.entries(QUICK).filter(([name]) => !given(name))) };
}

function chaosCommand(): Command {
  return new Command('npm run chaos --')
    .description('Kills workers, Redis and PostgreSQL under load, then accounts for every message and every effect.')
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .allowExcessArguments(false)
    .helpOption('-h, --help', 'show this')
    .option('--seed <n>', 'messages and faults are a function of it', wholeNumber(0, 2 ** 31), 7)
    .option('--messages <n>', 'messages to publish', wholeNumber(200, 1_000_000), 20_000)
    .option('--worker-kills <n>', 'SIGKILLs of a worker', wholeNumber(0, 100_000), 200)
    .option('--redis-kills <n>', 'SIGKILLs of Redis', wholeNumber(0, 10_000), 20)
    .option('--postgres-stops <n>', 'immediate stops of PostgreSQL', wholeNumber(0, 10_000), 10)
    .option('--flushes <n>', 'times that Redis is emptied under load', wholeNumber(0, 1_000), 0)
    .option('--workers <n>', 'worker processes', wholeNumber(2, 32), 3)
    .option('--rate <n>', 'messages a second; default: as the number of faults asks for', wholeNumber(1, 100_000))
    .option('--json [file]', 'print the result as JSON and nothing else, or write it to a file')
    .option('--quick', '1500 messages, 12 worker kills, 2 of Redis, 1 stop of PostgreSQL')
    .option('--keep', 'keep the logs and what is in Redis and PostgreSQL')
    .option('--home <name>', 'folder below .octant for servers and logs', folderName, 'chaos')
    .addHelpText(
      'after',
      `
Exit code: 0 when nothing was lost, doubled or wrongly dead-lettered; 1 when something was; 2 for a wrong flag; 130 after
Ctrl-C. docs/chaos.md says how to read the result.`,
    );
}

/** Reads a whole number from `least` to `most`. @throws InvalidArgumentError, in the reader, for anything else. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}, was ${JSON.stringify(text)}`);
  };
}

function folderName(text: string): string {
  if (/^[a-z][a-z0-9-]*$/.test(text)) return text;
  throw new InvalidArgumentError(`expected a name of lower-case letters, digits and -, was ${JSON.stringify(text)}`);
}
