import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { CrashPoint } from '@octant/platform/bus/crash-points';
import type { Fault, Kind } from './situations.js';

const program = fileURLToPath(new URL('worker-process.js', import.meta.url));
const PATIENCE_MS = 40_000;

/** What a process is told to do. */
export interface Job {
  readonly redisUrl: string;
  readonly databaseUrl: string;
  readonly providerUrl: string;
  readonly schema: string;
  readonly prefix: string;
  /** Begins every message id. */
  readonly name: string;
  readonly agent: string;
  readonly instance: string;
  readonly groups: readonly string[];
  readonly kinds: readonly Kind[];
  readonly fault?: { readonly point: CrashPoint; readonly how: Fault; readonly skip: number; readonly armed: boolean };
}

export type Word = 'holding' | 'armed' | 'reached' | 'went on' | 'turned' | 'stopped';

/** A worker process; it runs one job after the other. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #heard = new Set<Word>();
  readonly exited: Promise<NodeJS.Signals | number | null>;
  #waiting: (() => void)[] = [];
  #complaints = '';
  #end: string | undefined;

  constructor() {
    const child = fork(program, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.#child = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#complaints += text));
    if (child.stdout !== null) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        this.#heard.add((JSON.parse(line) as { kind: Word }).kind);
        this.#wake();
      });
    }
    this.exited = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.#end = `ended with ${String(signal ?? code)}`;
        this.#wake();
        resolve(signal ?? code);
      });
    });
  }

  get alive(): boolean {
    return this.#end === undefined;
  }

  run(job: Job): void {
    this.#heard.clear();
    this.#child.send({ kind: 'run', job });
  }

  /** From now on the fault strikes. */
  async arm(): Promise<void> {
    this.#child.send({ kind: 'arm' });
    await this.heard('armed');
  }

  tellToStop(graceMs = 10_000): void {
    this.#child.send({ kind: 'stop', graceMs });
  }

  async stop(): Promise<void> {
    if (!this.alive) return;
    if (!this.#heard.has('stopped')) this.tellToStop();
    await this.heard('stopped');
  }

  /** @throws when the process ends without having said any of the words, or says none for a long time. */
  async heard(...words: readonly Word[]): Promise<void> {
    const giveUpAtMs = Date.now() + PATIENCE_MS;
    while (!words.some((word) => this.#heard.has(word))) {
      if (!this.alive || Date.now() > giveUpAtMs) {
        throw new Error(
          `expected "${words.join('" or "')}", was ${this.#end ?? 'nothing'}; heard ${[...this.#heard].join(', ')}; ${this.#complaints}`,
        );
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 500);
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Ends a stall. */
  goOn(): void {
    this.#child.kill('SIGCONT');
  }

  async end(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting = [];
  }
}

/** Processes that have nothing to do are used again: starting one costs more than a combination does. */
export class ProcessPool {
  readonly #all = new Set<WorkerProcess>();
  #idle: WorkerProcess[] = [];

  take(): WorkerProcess {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    const fresh = new WorkerProcess();
    this.#all.add(fresh);
    void fresh.exited.then(() => this.#all.delete(fresh));
    return fresh;
  }

  /** Gives back a process that has stopped its job; a dead one is forgotten. */
  giveBack(process: WorkerProcess): void {
    if (process.alive) this.#idle.push(process);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all].map((process) => process.end()));
  }
}
