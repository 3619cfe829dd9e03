import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { askPostgres, askRedis } from '../servers/await-server.js';
import { runProgram } from '../servers/run-program.js';
import type { Program, ServerPlan } from '../servers/server-plan.js';
import { LogFile } from '../supervise/log-file.js';
import { removeRecord, writeRecord } from '../supervise/process-record.js';
import { signal } from '../supervise/process-table.js';

const START_PATIENCE_MS = 60_000;
const ANSWER_MS = 5_000;
const POLL_MS = 25;

/** A time in which a server did not answer, epoch ms. */
export interface Outage {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A server of our own that is killed and started again on what it has written. */
export class KillableServer {
  readonly plan: ServerPlan;
  readonly outages: Outage[] = [];
  readonly #program: Program;
  readonly #runFolder: string;
  readonly #log: LogFile;
  #child: ChildProcess | undefined;
  #isStopped = false;

  /** @throws Error for a server that somebody else runs: it must not be killed. */
  constructor(plan: ServerPlan, home: string) {
    if (plan.program === undefined) throw new Error(`expected a ${plan.name} of our own, was ${plan.origin}`);
    this.plan = plan;
    this.#program = plan.program;
    this.#runFolder = join(home, 'run');
    this.#log = new LogFile(join(home, 'logs', `${plan.name}.log`));
  }

  /** Resolves when it answers; a start that fails (what it left is still in use) is tried again. @throws Error after a minute. */
  async start(): Promise<void> {
    const giveUpAt = performance.now() + START_PATIENCE_MS;
    for (;;) {
      if (this.#isStopped) return;
      if (this.#child === undefined) await this.#spawn();
      const problem = await this.#ask();
      if (problem === undefined) return;
      if (performance.now() > giveUpAt) {
        throw new Error(`expected an answer of ${this.plan.origin} within a minute, was: ${problem}`);
      }
      await sleep(POLL_MS);
    }
  }

  /** Ends it by the signal, waits `downMs`, starts it again, and resolves when it answers. */
  async fail(name: 'SIGKILL' | 'SIGQUIT', downMs: number): Promise<void> {
    const fromMs = Date.now();
    await this.#end(name);
    await sleep(downMs);
    await this.start();
    this.outages.push({ fromMs, toMs: Date.now() });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#end(this.#program.stopSignal);
  }

  hurry(): void {
    void this.#end('SIGKILL');
  }

  async #spawn(): Promise<void> {
    const program = this.#program;
    await program.beforeStart?.();
    if (this.#isStopped) return; // meanwhile
    const child = this.#log.withDescriptor((descriptor) =>
      spawn(program.command, program.args, {
        cwd: program.cwd,
        env: { ...program.env },
        stdio: ['ignore', descriptor, descriptor],
        detached: true,
        ...(program.user === undefined ? {} : { uid: program.user.uid, gid: program.user.gid }),
      }),
    );
    this.#child = child;
    const { mark, stopSignal } = program;
    if (child.pid !== undefined) {
      writeRecord(this.#runFolder, this.plan.name, { pid: child.pid, mark: [...mark], stopSignal });
    }
    const forget = (): void => {
      if (this.#child !== child) return;
      this.#child = undefined;
      removeRecord(this.#runFolder, this.plan.name);
    };
    child.once('error', forget);
    child.once('exit', forget);
  }

  async #end(name: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined) return;
    const gone = once(child, 'exit');
    // The client of a container takes no signal for the server: the engine passes it on.
    const [engine, container] = this.#program.mark;
    if (engine === 'docker' && container !== undefined) {
      await runProgram(this.#program.command, ['kill', '--signal', name, container]);
    } else signal(child.pid, name);
    await gone;
  }

  /** Why it does not answer. A client whose server dies in the middle of their greeting may wait for ever. */
  async #ask(): Promise<string | undefined> {
    const answer = this.plan.name === 'redis' ? askRedis(this.plan.url) : askPostgres(this.plan.url);
    return Promise.race([answer, sleep(ANSWER_MS).then(() => `no answer within ${ANSWER_MS} ms`)]);
  }
}
