import { CommanderError, type Command } from 'commander';
import { HelpShown } from '../command-line.js';
import { InputError } from '../interruption.js';

/** The options of a benchmark's command. @throws InputError for what the flags do not take; HelpShown. */
export function parseFlags<Flags extends object>(command: Command, argv: readonly string[]): Flags {
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) throw new HelpShown();
    throw new InputError(error.message.replace(/^error: /, ''), { cause: error });
  }
  return command.opts<Flags>();
}
