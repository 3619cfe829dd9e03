import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { NODE_FLAGS } from '../fleet/fleet.js';
import type { LogFile } from '../supervise/log-file.js';
import { signal } from '../supervise/process-table.js';
import { childWord, type ChaosSettings, type ChildWord, type EngineWord } from './processes/settings.js';

/** Wait before a start after a death that nobody planned. */
const RESTART_MS = 100;

export type ProgramName = 'worker' | 'producer' | 'provider';

export interface ChildOptions {
  readonly program: ProgramName;
  readonly log: LogFile;
  /** Asked for at every start. */
  readonly settings: () => ChaosSettings;
  readonly onWord?: (word: ChildWord) => void;
  /** A process of it has ended; it starts again when this resolves. */
  readonly onDeath?: (death: { readonly pid: number; readonly atMs: number }) => Promise<void>;
}

/** A process of the run that is started again whenever it dies. */
export class SupervisedChild {
  readonly name: string;
  readonly #options: ChildOptions;
  #child: ChildProcess | undefined;
  #port: number | undefined;
  #isReady = false;
  #readyAt = 0;
  #isStopped = false;
  #isStalled = false;
  #downMs = RESTART_MS;
  #readyWaiters: (() => void)[] = [];
  #deaths = 0;

  constructor(name: string, options: ChildOptions) {
    this.name = name;
    this.#options = options;
  }

  /** Deaths that somebody or something caused, planned or not. */
  get deaths(): number {
    return this.#deaths;
  }

  get port(): number | undefined {
    return this.#port;
  }

  describe(): string {
    const { pid } = this.#child ?? {};
    if (pid === undefined) return `${this.name} down`;
    return `${this.name} (pid ${pid}) ${this.#isReady ? 'ready' : 'not ready'}${this.#isStalled ? ', stalled' : ''}`;
  }

  start(): void {
    if (this.#isStopped) return;
    const program = fileURLToPath(new URL(`./processes/${this.#options.program}.js`, import.meta.url));
    const child = this.#options.log.withDescriptor((descriptor) =>
      fork(program, { execArgv: NODE_FLAGS, stdio: ['ignore', descriptor, descriptor, 'ipc'] }),
    );
    this.#child = child;
    child.on('message', (word) => {
      this.#onWord(childWord.parse(word));
    });
    child.on('error', () => undefined); // a word that was on its way to a dead process
    child.once('exit', () => void this.#onExit(child));
    this.tell({ kind: 'settings', settings: this.#options.settings() });
  }

  tell(word: EngineWord): void {
    if (this.#child?.connected === true) this.#child.send(word, () => undefined);
  }

  /** Resolves when it works. */
  async ready(stop: AbortSignal): Promise<void> {
    while (!this.#isReady) {
      stop.throwIfAborted();
      await Promise.race([new Promise<void>((resolve) => this.#readyWaiters.push(resolve)), sleep(250)]);
    }
  }

  /** Resolves when it has worked for so long. */
  async settled(ageMs: number, stop: AbortSignal): Promise<void> {
    for (;;) {
      await this.ready(stop);
      const leftMs = this.#readyAt + ageMs - performance.now();
      if (leftMs <= 0) return;
      await sleep(leftMs);
    }
  }

  /** SIGKILL; it starts again after `downMs`. */
  async kill(downMs: number): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined) return;
    this.#downMs = downMs;
    const gone = once(child, 'exit');
    signal(child.pid, 'SIGKILL');
    await gone;
  }

  /** SIGSTOP, and SIGCONT after `stallMs` if it is still the same process. */
  async stall(stallMs: number): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined) return;
    this.#isStalled = true;
    signal(child.pid, 'SIGSTOP');
    await sleep(stallMs);
    if (this.#child === child) signal(child.pid, 'SIGCONT');
    this.#isStalled = false;
  }

  /** Lets it finish; true when it ended by itself in time. */
  async stop(graceMs: number): Promise<boolean> {
    this.#isStopped = true;
    const child = this.#child;
    if (child?.pid === undefined) return true;
    const { pid } = child;
    const gone = once(child, 'exit');
    const insist = setTimeout(() => signal(pid, 'SIGKILL'), this.#isStalled ? 0 : graceMs);
    signal(pid, 'SIGTERM');
    const [code] = (await gone) as [number | null];
    clearTimeout(insist);
    return code === 0;
  }

  #onWord(word: ChildWord): void {
    if (word.kind === 'ready') {
      this.#isReady = true;
      this.#readyAt = performance.now();
      this.#port = word.port;
      for (const wake of this.#readyWaiters.splice(0)) wake();
    }
    this.#options.onWord?.(word);
  }

  async #onExit(child: ChildProcess): Promise<void> {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#isReady = false;
    if (this.#isStopped) return;
    this.#deaths += 1;
    const downMs = this.#downMs;
    this.#downMs = RESTART_MS;
    await Promise.all([this.#options.onDeath?.({ pid: child.pid ?? 0, atMs: Date.now() }), sleep(downMs)]);
    this.start();
  }
}
