import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { HelpShown } from '../command-line.js';
import { Closing } from '../desk/closing.js';
import { InputError, InterruptedError, Interruption } from '../interruption.js';
import { describeMachine, renderResult, type BenchResult, type BenchSheet } from './result.js';

/** What every benchmark gets. What it opens it adds to `closing`. */
export interface BenchOptions {
  /** Folder of the checkout. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly closing: Closing;
  readonly signal: AbortSignal;
  /** A line of progress, on standard error. */
  readonly say: (line: string) => void;
}

interface JsonFlag {
  /** `true`: print it; a string: the file. */
  readonly json?: string | true;
}

export interface Benchmark<Flags extends JsonFlag> {
  readonly name: string;
  /** @throws InputError, HelpShown */
  readonly parse: (argv: readonly string[]) => Flags;
  /** @throws Error when something could not be measured. */
  readonly measure: (options: BenchOptions, flags: Flags) => Promise<BenchSheet>;
}

/** Runs `npm run bench:<name>`. Resolves to the exit code: 0 when it measured, whether or not the aims are met. */
export async function runBenchmark<Flags extends JsonFlag>(
  benchmark: Benchmark<Flags>,
  argv: readonly string[],
): Promise<number> {
  try {
    const flags = benchmark.parse(argv);
    deliver(await measure(benchmark, flags), flags);
    return 0;
  } catch (error) {
    if (error instanceof HelpShown) return 0;
    if (error instanceof InterruptedError) return 130;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof InputError ? 2 : 1;
  }
}

async function measure<Flags extends JsonFlag>(benchmark: Benchmark<Flags>, flags: Flags): Promise<BenchResult> {
  const closing = new Closing();
  const interruption = new Interruption(() => {
    closing.hurry();
  });
  const say = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  const machine = describeMachine();
  const root = fileURLToPath(new URL('../../../..', import.meta.url)).replace(/\/$/, '');
  const { signal } = interruption;
  try {
    const sheet = await benchmark.measure({ root, env: process.env, closing, signal, say }, flags);
    await closing.close();
    return sheet.result(benchmark.name, machine);
  } catch (error) {
    throw signal.aborted ? new InterruptedError() : error;
  } finally {
    if (!closing.isEmpty) say('Ending what was started (Ctrl-C again hurries)');
    await closing.close();
    interruption.close();
  }
}

function deliver(result: BenchResult, { json }: JsonFlag): void {
  const text = `${JSON.stringify(result, null, 2)}\n`;
  if (typeof json === 'string') writeFileSync(json, text);
  process.stdout.write(json === true ? text : `${renderResult(result)}\n`);
}
