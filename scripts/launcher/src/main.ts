import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolveSecretFiles } from '@octant/platform/config/secret-files';
import { HelpShown, parseCommandLine, type StartFlags } from './command-line.js';
import { asInputError } from './desk/desk-config.js';
import { Closing } from './desk/closing.js';
import { deskFiles } from './desk/desk-files.js';
import { InputError, InterruptedError, Interruption } from './interruption.js';
import type { LaunchContext } from './launch-context.js';
import { runLive } from './live/run-live.js';
import { runReplay } from './replay/run-replay.js';

const DONE = 0;
const FAILED = 1;
const BAD_INPUT = 2;
const INTERRUPTED = 130;

/** A reader of our output that goes away (`| head`) must not leave servers and agents behind. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}

/** A bug ends the desk in an orderly way, too. */
function closeOnBug(closing: Closing): void {
  process.once('uncaughtException', (error) => {
    process.stderr.write(`${error.stack ?? error.message}\n`);
    void closing.close().finally(() => process.exit(FAILED));
  });
}

/** `npm start`: runs the desk until it is ended. Resolves to the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const flags = parseCommandLine(argv);
    return await launch(flags);
  } catch (error) {
    if (error instanceof HelpShown) return DONE;
    if (error instanceof InterruptedError) return INTERRUPTED;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof InputError ? BAD_INPUT : FAILED;
  }
}

async function launch(flags: StartFlags): Promise<number> {
  const closing = new Closing();
  outliveReaders();
  closeOnBug(closing);
  const interruption = new Interruption(() => {
    closing.hurry();
  });
  // With --json on standard output everything else goes to standard error.
  const output = flags.json === true ? process.stderr : process.stdout;
  const say = (line: string): void => {
    output.write(`${line}\n`);
  };
  try {
    const context = makeContext({ closing, signal: interruption.signal, say, isTerminal: output.isTTY });
    await (flags.replay === undefined ? runLive(flags, context) : runReplay(flags, flags.replay, context));
    return DONE;
  } catch (error) {
    // What is under way when the user interrupts fails in its own ways: that it was interrupted is what matters.
    throw interruption.signal.aborted ? new InterruptedError() : error;
  } finally {
    if (!closing.isEmpty) say('Ending: agents drain, then the servers that were started here (Ctrl-C again hurries)');
    await closing.close();
    interruption.close();
  }
}

type ContextParts = Pick<LaunchContext, 'closing' | 'signal' | 'say' | 'isTerminal'>;

function makeContext(parts: ContextParts): LaunchContext {
  const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
  try {
    const { env } = resolveSecretFiles(process.env);
    const configSource = env['CONFIG_DIR'] ?? join(root, 'config');
    const home = env['OCTANT_HOME'];
    const files = home ? deskFiles(root, resolve(home)) : deskFiles(root);
    return { files, env, inherited: process.env, configSource, ...parts };
  } catch (error) {
    throw asInputError(error);
  }
}
