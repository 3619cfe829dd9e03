import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { HelpShown } from '../command-line.js';
import { Closing } from '../desk/closing.js';
import { InputError, InterruptedError, Interruption } from '../interruption.js';
import { parseChaosOrdersFlags, type ChaosOrdersFlags } from './command-line.js';
import { renderChaosOrders } from './result.js';
import { runChaosOrders } from './run-chaos-orders.js';

/** `npm run chaos:orders`. Resolves to the exit code: 0 when every order is accounted for, 1 when not. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    return (await chaos(parseChaosOrdersFlags(argv))) ? 0 : 1;
  } catch (error) {
    if (error instanceof HelpShown) return 0;
    if (error instanceof InterruptedError) return 130;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof InputError ? 2 : 1;
  }
}

async function chaos(flags: ChaosOrdersFlags): Promise<boolean> {
  const closing = new Closing();
  const interruption = new Interruption(() => {
    closing.hurry();
  });
  const say = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  const root = fileURLToPath(new URL('../../../..', import.meta.url)).replace(/\/$/, '');
  const { signal } = interruption;
  try {
    const result = await runChaosOrders({ root, env: process.env, closing, signal, say }, flags);
    const text = `${JSON.stringify(result, null, 2)}\n`;
    if (typeof flags.json === 'string') writeFileSync(flags.json, text);
    process.stdout.write(flags.json === true ? text : `${renderChaosOrders(result)}\n`);
    return result.ok;
  } catch (error) {
    throw signal.aborted ? new InterruptedError() : error;
  } finally {
    if (signal.aborted) say('Ending what was started (Ctrl-C again hurries)');
    await closing.close();
    interruption.close();
  }
}
