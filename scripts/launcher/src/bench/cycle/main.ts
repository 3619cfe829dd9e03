import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { HelpShown } from '../../command-line.js';
import { Closing } from '../../desk/closing.js';
import { InputError, InterruptedError, Interruption } from '../../interruption.js';
import { describeMachine, renderResult, type BenchResult } from '../result.js';
import { parseCycleFlags, type CycleFlags } from './command-line.js';
import { measureCycle } from './measure-cycle.js';

/** `npm run bench:cycle`. Resolves to the exit code: 0 when it measured, whether or not the aims are met. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const flags = parseCycleFlags(argv);
    await bench(flags);
    return 0;
  } catch (error) {
    if (error instanceof HelpShown) return 0;
    if (error instanceof InterruptedError) return 130;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof InputError ? 2 : 1;
  }
}

async function bench(flags: CycleFlags): Promise<void> {
  const closing = new Closing();
  const interruption = new Interruption(() => {
    closing.hurry();
  });
  const output = flags.json === true ? process.stderr : process.stdout;
  const say = (line: string): void => {
    output.write(`${line}\n`);
  };
  const machine = describeMachine();
  const root = fileURLToPath(new URL('../../../../..', import.meta.url)).replace(/\/$/, '');
  const { signal } = interruption;
  try {
    const sheet = await measureCycle({ root, env: process.env, closing, signal, say, candles: flags.candles });
    await closing.close();
    deliver(sheet.result('cycle', machine), flags, say);
  } catch (error) {
    throw signal.aborted ? new InterruptedError() : error;
  } finally {
    if (!closing.isEmpty) say('Ending what was started (Ctrl-C again hurries)');
    await closing.close();
    interruption.close();
  }
}

function deliver(result: BenchResult, { json }: CycleFlags, say: (line: string) => void): void {
  const text = `${JSON.stringify(result, null, 2)}\n`;
  if (typeof json === 'string') writeFileSync(json, text);
  if (json === true) process.stdout.write(text);
  else say(renderResult(result));
}
