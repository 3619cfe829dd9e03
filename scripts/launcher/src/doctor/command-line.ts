import { Command } from 'commander';
import { parseFlags } from '../bench/parse-flags.js';
import { InputError } from '../interruption.js';
import { allChecks } from './all-checks.js';
import type { Check } from './check.js';

export interface DoctorFlags {
  readonly json?: true;
  readonly strict?: true;
  /** `-`: standard input. */
  readonly facts?: string;
  readonly checks: readonly Check[];
}

/** @throws InputError for what the flags do not take, or a check that there is none of; HelpShown. */
export function parseDoctorFlags(argv: readonly string[]): DoctorFlags {
  const command = new Command('npm run ops -- doctor')
    .description('Examines the desk and its machine. Exit codes: 0 nothing failed, 1 something did, 2 bad input.')
    .allowExcessArguments(false)
    .option('--json', 'print one object')
    .option('--strict', 'exit code 1 for warnings, too')
    .option('--only <checks>', 'some checks, separated by commas')
    .option('--facts <file>', 'what scripts/host/facts.sh told of the machine; - for standard input')
    .helpOption('-h, --help', 'show this')
    .addHelpText('after', `\nChecks: ${allChecks.map(({ id }) => id).join(', ')}`);
  const { only, ...flags } = parseFlags<Omit<DoctorFlags, 'checks'> & { only?: string }>(command, argv);
  return { ...flags, checks: chosen(only) };
}

function chosen(only: string | undefined): readonly Check[] {
  if (only === undefined) return allChecks;
  const names = only.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !allChecks.some(({ id }) => id === name));
  if (unknown.length > 0) throw new InputError(`--only: expected names that --help lists, was ${unknown.join(', ')}`);
  return allChecks.filter(({ id }) => names.includes(id));
}
