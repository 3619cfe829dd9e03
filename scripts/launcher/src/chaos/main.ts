import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { HelpShown } from '../command-line.js';
import { Closing } from '../desk/closing.js';
import { InputError, InterruptedError, Interruption } from '../interruption.js';
import { parseChaosFlags, type ChaosFlags } from './command-line.js';
import { renderChaos } from './result.js';
import { runChaos } from './run-chaos.js';

/** `npm run chaos`. Resolves to the exit code: 0 when every message and every effect is accounted for, 1 when not. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    return (await chaos(parseChaosFlags(argv))) ? 0 : 1;
  } catch (error) {
    if (error instanceof HelpShown) return 0;
    if (error instanceof InterruptedError) return 130;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof InputError ? 2 : 1;
  }
}

async function chaos(flags: ChaosFlags): Promise<boolean> {
  const closing = new Closing();
  const interruption = new Interruption(() => {
    closing.hurry();
  });
  const output = flags.json === true ? process.stderr : process.stdout;
  const say = (line: string): void => {
    output.write(`${line}\n`);
  };
  const root = fileURLToPath(new URL('../../../..', import.meta.url)).replace(/\/$/, '');
  const { signal } = interruption;
  try {
    const result = await runChaos(flags, { root, env: process.env, closing, signal, say });
    const text = `${JSON.stringify(result, null, 2)}\n`;
    if (typeof flags.json === 'string') writeFileSync(flags.json, text);
    if (flags.json === true) process.stdout.write(text);
    say(renderChaos(result));
    return result.ok;
  } catch (error) {
    throw signal.aborted ? new InterruptedError() : error;
  } finally {
    if (signal.aborted) say('Ending what was started (Ctrl-C again hurries)');
    await closing.close();
    interruption.close();
  }
}
