import { HelpShown } from '../command-line.js';
import { InputError, InterruptedError } from '../interruption.js';

/** Runs a command and turns what it throws into the exit code: 0 done, 1 failed, 2 bad input, 130 interrupted. */
export async function exitCodeOf(command: () => Promise<number>): Promise<number> {
  try {
    return await command();
  } catch (error) {
    if (error instanceof HelpShown) return 0;
    if (error instanceof InterruptedError) return 130;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof InputError ? 2 : 1;
  }
}
