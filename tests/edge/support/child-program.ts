import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program under test, with all that it has written. */
export class ChildProgram {
  readonly name: string;
  #output = '';
  readonly #child: ChildProcess;
  #exit: string | undefined;

  constructor(
    name: string,
    { file, args, env }: { file: string; args: readonly string[]; env: Readonly<Record<string, string>> },
  ) {
    this.name = name;
    this.#child = spawn(file, args, { env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.#output += chunk.toString('utf8')));
    }
    this.#child.on('error', (error) => (this.#exit = error.message));
    this.#child.on('exit', (code, signal) => (this.#exit = `ended with ${String(code ?? signal)}`));
  }

  get output(): string {
    return this.#output;
  }

  get lines(): string[] {
    return this.#output.split('\n').filter((line) => line !== '');
  }

  /** Resolves when `ready` does not throw. @throws Error with what it wrote when it ends before, or after 20 s. */
  async awaitReady(ready: () => Promise<void>): Promise<void> {
    const deadline = performance.now() + 20_000;
    for (;;) {
      try {
        await ready();
        return;
      } catch (cause) {
        if (this.#exit !== undefined || performance.now() > deadline) {
          const why = this.#exit ?? 'is not ready after 20 s';
          throw new Error(`${this.name} ${why}: ${this.#output.slice(-2000)}`, { cause });
        }
        await sleep(50);
      }
    }
  }

  async stop(): Promise<void> {
    if (this.#exit !== undefined) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    const isOver = await Promise.race([ended.then(() => true), sleep(5000).then(() => false)]);
    if (!isOver) this.#child.kill('SIGKILL');
  }
}
