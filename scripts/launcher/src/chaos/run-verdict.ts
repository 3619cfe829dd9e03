import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { HelpShown } from '../command-line.js';
import { Closing } from '../desk/closing.js';
import { InputError, InterruptedError, Interruption } from '../interruption.js';

/** What every run that ends with a verdict gets. What it opens it adds to `closing`. */
export interface VerdictContext {
  /** Folder of the checkout. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly closing: Closing;
  readonly signal: AbortSignal;
  /** A line of progress. */
  readonly say: (line: string) => void;
}

/** A run that finds everything in order or not. */
export interface VerdictRun<Flags extends { readonly json?: string | true }, Result extends { readonly ok: boolean }> {
  /** @throws InputError, HelpShown */
  readonly parse: (argv: readonly string[]) => Flags;
  /** @throws Error when it could not come to an end. */
  readonly run: (flags: Flags, context: VerdictContext) => Promise<Result>;
  /** For people. */
  readonly render: (result: Result) => string;
}

/** Runs it, prints or writes its result, closes what it opened. Resolves to the exit code: 0, 1, 2 for wrong flags, 130. */
export async function runVerdict<
  Flags extends { readonly json?: string | true },
  Result extends { readonly ok: boolean },
>(verdict: VerdictRun<Flags, Result>, argv: readonly string[]): Promise<number> {
  try {
    return (await judge(verdict, verdict.parse(argv))) ? 0 : 1;
  } catch (error) {
    if (error instanceof HelpShown) return 0;
    if (error instanceof InterruptedError) return 130;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof InputError ? 2 : 1;
  }
}

async function judge<Flags extends { readonly json?: string | true }, Result extends { readonly ok: boolean }>(
  { run, render }: VerdictRun<Flags, Result>,
  flags: Flags,
): Promise<boolean> {
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
    const result = await run(flags, { root, env: process.env, closing, signal, say });
    const text = `${JSON.stringify(result, null, 2)}\n`;
    if (typeof flags.json === 'string') writeFileSync(flags.json, text);
    if (flags.json === true) process.stdout.write(text);
    say(render(result));
    return result.ok;
  } catch (error) {
    throw signal.aborted ? new InterruptedError() : error;
  } finally {
    if (signal.aborted) say('Ending what was started (Ctrl-C again hurries)');
    await closing.close();
    interruption.close();
  }
}
