import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import type { Closing } from '../../desk/closing.js';
import {
  finishedAnswer,
  timingsAnswer,
  usageAnswer,
  word,
  type Question,
  type Timings,
  type UsageAnswer,
  type workerSettings,
} from './worker/protocol.js';

const PROGRAM = fileURLToPath(new URL('./worker/worker.js', import.meta.url));
const PATIENCE_MS = 60_000;

/** Starts the processes that are measured, and sees to it that none outlives the benchmark. */
export class MeasuredProcesses {
  readonly #running = new Set<ChildProcess>();
  readonly #signal: AbortSignal;

  constructor(closing: Closing, signal: AbortSignal) {
    this.#signal = signal;
    closing.add(async () => {
      await Promise.all([...this.#running].map(end));
    });
  }

  /** Resolves when the process works. */
  async start(settings: z.input<typeof workerSettings>): Promise<MeasuredProcess> {
    const child = fork(PROGRAM, { execArgv: ['--expose-gc'], stdio: ['ignore', 2, 2, 'ipc'] });
    this.#running.add(child);
    child.once('exit', () => this.#running.delete(child));
    const process = new MeasuredProcess(child, this.#signal);
    await process.begin(settings);
    return process;
  }
}

export class MeasuredProcess {
  readonly #child: ChildProcess;
  readonly #signal: AbortSignal;

  constructor(child: ChildProcess, signal: AbortSignal) {
    this.#child = child;
    this.#signal = signal;
  }

  async begin(settings: z.input<typeof workerSettings>): Promise<void> {
    await this.#tell(settings);
  }

  /** @throws Error when it has ended. */
  checkAlive(): void {
    if (this.#child.connected) return;
    throw new Error('expected the measured process to go on, but it has ended, see above');
  }

  /** `tidy`: after a collection of garbage. */
  async usage(tidy = false): Promise<UsageAnswer> {
    return usageAnswer.parse(await this.#tell(tidy ? 'tidyUsage' : 'usage'));
  }

  async timings(): Promise<Timings> {
    return timingsAnswer.parse(await this.#tell('timings'));
  }

  /** Resolves when a publisher has published all. */
  async finished(): Promise<z.infer<typeof finishedAnswer>> {
    return finishedAnswer.parse(await this.#tell('finished', Infinity));
  }

  /** Finishes what it is at, and ends it. */
  async stop(): Promise<void> {
    const gone = once(this.#child, 'exit');
    await this.#tell('stop');
    await gone;
  }

  async #tell(message: Question | z.input<typeof workerSettings>, patienceMs = PATIENCE_MS): Promise<unknown> {
    const child = this.#child;
    this.checkAlive();
    const heard = new AbortController();
    const signals = [heard.signal, this.#signal];
    if (patienceMs < Infinity) signals.push(AbortSignal.timeout(patienceMs));
    const signal = AbortSignal.any(signals);
    const said = once(child, 'message', { signal });
    const died = once(child, 'exit', { signal }).then(([code, by]) => {
      throw new Error(`expected the measured process to go on, but it ended (${String(code ?? by)}), see above`);
    });
    child.send(message);
    try {
      return word.parse(((await Promise.race([said, died])) as unknown[])[0]).answer;
    } finally {
      heard.abort();
      await Promise.allSettled([said, died]);
    }
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
