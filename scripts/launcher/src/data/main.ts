import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolveSecretFiles } from '@octant/platform/config/secret-files';
import { HelpShown } from '../command-line.js';
import { Closing } from '../desk/closing.js';
import { asInputError, readDeskConfig } from '../desk/desk-config.js';
import { deskFiles } from '../desk/desk-files.js';
import { InputError, InterruptedError, Interruption } from '../interruption.js';
import { parseDataCommand, type DataCommand } from './command-line.js';
import type { DataContext, DataResult } from './data-context.js';
import { exportSeries } from './export-series.js';
import { fetchCandles } from './fetch-candles.js';
import { importFiles } from './import-files.js';
import { listSeries } from './list-series.js';
import { verifyCandles } from './verify-candles.js';

/** `npm run data`. Resolves to the exit code: 0 done, 1 failed or unsound, 2 bad input, 130 interrupted. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    return (await work(parseDataCommand(argv))) ? 0 : 1;
  } catch (error) {
    if (error instanceof HelpShown) return 0;
    if (error instanceof InterruptedError) return 130;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof InputError ? 2 : 1;
  }
}

async function work(command: DataCommand): Promise<boolean> {
  const { json } = command.flags;
  const closing = new Closing();
  const interruption = new Interruption(() => {
    closing.hurry();
  });
  // With --json on standard output everything else goes to standard error.
  const output = json === true ? process.stderr : process.stdout;
  const say = (line: string): void => {
    output.write(`${line}\n`);
  };
  try {
    const parts = { closing, signal: interruption.signal, say, isTerminal: output.isTTY };
    const result = await run(command, makeContext(parts));
    say(result.text);
    const text = `${JSON.stringify(result.json, null, 2)}\n`;
    if (typeof json === 'string') writeFileSync(json, text);
    if (json === true) process.stdout.write(text);
    if (interruption.signal.aborted) throw new InterruptedError();
    return result.ok;
  } catch (error) {
    // What is under way when the user interrupts fails in its own ways: that it was interrupted is what matters.
    throw interruption.signal.aborted ? new InterruptedError() : error;
  } finally {
    await closing.close();
    interruption.close();
  }
}

function run(command: DataCommand, context: DataContext): Promise<DataResult> {
  switch (command.name) {
    case 'fetch':
      return fetchCandles(command.flags, context);
    case 'import':
      return importFiles(command.flags, context);
    case 'export':
      return exportSeries(command.flags, context);
    case 'list':
      return listSeries(command.flags, context);
    case 'verify':
      return verifyCandles(command.flags, context);
  }
}

function makeContext(parts: Pick<DataContext, 'closing' | 'signal' | 'say' | 'isTerminal'>): DataContext {
  const root = fileURLToPath(new URL('../../../..', import.meta.url)).replace(/\/$/, '');
  try {
    const { env } = resolveSecretFiles(process.env);
    const configSource = env['CONFIG_DIR'] ?? join(root, 'config');
    const home = env['OCTANT_HOME'];
    const files = home ? deskFiles(root, resolve(home)) : deskFiles(root);
    return { files, env, inherited: process.env, configSource, config: readDeskConfig(configSource), ...parts };
  } catch (error) {
    throw asInputError(error);
  }
}
