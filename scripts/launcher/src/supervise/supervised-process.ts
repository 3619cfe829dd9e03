import { spawn, type ChildProcess } from 'node:child_process';
import type { Program } from '../servers/server-plan.js';
import { nextBackoffMs } from './backoff.js';
import { LogFile } from './log-file.js';
import { removeRecord, writeRecord } from './process-record.js';
import { signal } from './process-table.js';

/** `backing_off` waits to start again after a death; `stopped` was told to end. */
export type ProcessState = 'running' | 'backing_off' | 'stopped';

export interface SupervisedOptions {
  readonly name: string;
  readonly program: Program;
  /** Folder of the process ids. */
  readonly runFolder: string;
  readonly logFile: string;
  /** Told about every death that nobody asked for. */
  readonly onDeath: (death: Death) => void;
}

export interface Death {
  readonly name: string;
  /** Signal or exit code, for people. */
  readonly how: string;
  /** Null when a signal ended it or it could not start. */
  readonly exitCode: number | null;
  readonly restartInMs: number;
  /** The end of what it printed in this life. */
  readonly lastWords: string;
}

export function describeDeath({ name, how, restartInMs }: Death): string {
  return `${name} ended (${how}), starts again in ${restartInMs} ms`;
}

/** One program that is kept running: it starts again after every death until it is stopped. */
export class SupervisedProcess {
  readonly name: string;
  readonly #options: SupervisedOptions;
  readonly #log: LogFile;
  #child: ChildProcess | undefined;
  #state: ProcessState = 'stopped';
  #timer: NodeJS.Timeout | undefined;
  #backoffMs: number | undefined;
  #startedAt = 0;
  #logOffset = 0;
  #restarts = 0;

  constructor(options: SupervisedOptions) {
    this.name = options.name;
    this.#options = options;
    this.#log = new LogFile(options.logFile);
  }

  get state(): ProcessState {
    return this.#state;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts after deaths so far. */
  get restarts(): number {
    return this.#restarts;
  }

  get logPath(): string {
    return this.#log.path;
  }

  async start(): Promise<void> {
    const { program } = this.#options;
    this.#state = 'running';
    await program.beforeStart?.();
    // It may have been stopped meanwhile; `state` is read anew, the compiler believes otherwise.
    if ((this.#state as ProcessState) === 'stopped') return;
    this.#startedAt = performance.now();
    this.#logOffset = this.#log.size;
    const child = this.#log.withDescriptor((descriptor) =>
      spawn(program.command, program.args, {
        cwd: program.cwd,
        env: { ...program.env },
        stdio: ['ignore', descriptor, descriptor],
        // Its own group: the terminal's Ctrl-C must reach the launcher alone, which ends all in the right order.
        detached: true,
        ...(program.user === undefined ? {} : { uid: program.user.uid, gid: program.user.gid }),
      }),
    );
    this.#child = child;
    if (child.pid !== undefined) {
      const { mark, stopSignal } = program;
      writeRecord(this.#options.runFolder, this.name, { pid: child.pid, mark: [...mark], stopSignal });
    }
    child.once('error', (error) => {
      this.#onEnd(child, { how: error.message, exitCode: null });
    });
    child.once('exit', (code, signalName) => {
      this.#onEnd(child, { how: signalName ?? `exit code ${String(code)}`, exitCode: code });
    });
  }

  /** Asks it to end, insists after `graceMs`, and resolves when it is gone. */
  async stop(graceMs: number): Promise<void> {
    this.#state = 'stopped';
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child?.pid === undefined) return;
    const { pid } = child;
    const gone = new Promise<void>((resolve) => {
      child.once('exit', () => {
        resolve();
      });
    });
    const insist = setTimeout(() => signal(pid, 'SIGKILL'), graceMs);
    signal(pid, this.#options.program.stopSignal);
    await gone;
    clearTimeout(insist);
  }

  /** SIGKILL to a process that hangs; it is started again as after any death. */
  kill(): void {
    if (this.#child?.pid !== undefined) signal(this.#child.pid, 'SIGKILL');
  }

  /** SIGKILL at once; only sensible after `stop` was called. */
  hurry(): void {
    this.kill();
  }

  rotateLog(): void {
    this.#log.rotateWhenLarge();
  }

  #onEnd(child: ChildProcess, end: Pick<Death, 'how' | 'exitCode'>): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    removeRecord(this.#options.runFolder, this.name);
    if (this.#state === 'stopped') return;
    this.#state = 'backing_off';
    const waitMs = nextBackoffMs(this.#backoffMs, performance.now() - this.#startedAt);
    this.#backoffMs = waitMs;
    const lastWords = this.#log.readFrom(this.#logOffset);
    this.#options.onDeath({ name: this.name, ...end, restartInMs: waitMs, lastWords });
    this.#timer = setTimeout(() => {
      this.#restarts += 1;
      void this.start();
    }, waitMs);
  }
}
