import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { NODE_FLAGS } from '../fleet/fleet.js';
import type { LogFile } from '../supervise/log-file.js';

const RESTART_MS = 50;
const STOP_MS = 15_000;

export interface ExecutorOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: LogFile;
}

export interface Death {
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  /** Crash point that it was to die at; null when none was. */
  readonly point: string | null;
  /** The run killed it. */
  readonly killed: boolean;
}

/** The executor of one venue, started again whenever it dies. */
export class ExecutorProcess {
  readonly deaths: Death[] = [];
  readonly #options: ExecutorOptions;
  #child: ChildProcess;
  #point: string | null = null;
  #killed = false;
  #stopped = false;

  constructor(options: ExecutorOptions) {
    this.#options = options;
    this.#child = this.#start();
  }

  /** It dies the next time that it comes to the point; null: at none. */
  dieAt(point: string | null): void {
    this.#point = point;
    this.#tell();
  }

  kill(): void {
    this.#killed = true;
    this.#child.kill('SIGKILL');
  }

  /** Whether it ended by itself when it was asked to. */
  async stop(): Promise<boolean> {
    this.#stopped = true;
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return false;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const late = sleep(STOP_MS, 'late' as const, { ref: false });
    const first = await Promise.race([ended.then(([code]) => ({ code: code as unknown })), late]);
    if (first !== 'late') return first.code === 0;
    child.kill('SIGKILL');
    await ended;
    return false;
  }

  #start(): ChildProcess {
    const program = fileURLToPath(new URL('./program/executor.js', import.meta.url));
    const child = this.#options.log.withDescriptor((descriptor) =>
      fork(program, {
        execArgv: NODE_FLAGS,
        stdio: ['ignore', descriptor, descriptor, 'ipc'],
        env: { ...this.#options.env },
      }),
    );
    child.on('error', () => undefined); // a word that was on its way to a dead process
    child.once('exit', (code, signal) => void this.#onExit(code, signal));
    return child;
  }

  async #onExit(code: number | null, signal: NodeJS.Signals | null): Promise<void> {
    if (this.#stopped) return;
    this.deaths.push({ code, signal, point: this.#killed ? null : this.#point, killed: this.#killed });
    this.#killed = false;
    this.#point = null;
    await sleep(RESTART_MS);
    this.#startAgain();
  }

  #startAgain(): void {
    if (this.#stopped) return;
    this.#child = this.#start();
    this.#tell();
  }

  #tell(): void {
    const child = this.#child;
    if (child.connected) child.send({ dieAt: this.#point }, () => undefined);
  }
}
