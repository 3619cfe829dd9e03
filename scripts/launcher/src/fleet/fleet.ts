import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InputError } from '../interruption.js';
import type { Program } from '../servers/server-plan.js';
import { SupervisedProcess, type Death } from '../supervise/supervised-process.js';
import { agentEnvironment, type DeskEnvironment } from './agent-environment.js';
import { askHealth } from './agent-health.js';
import { AGENTS, urlOf, type AgentName } from './agents.js';

/** Small heaps: eight processes are the product. */
export const NODE_FLAGS = ['--max-semi-space-size=2', '--max-old-space-size=192'];
/** Longer than the agents' own grace period. */
const STOP_GRACE_MS = 10_000;
const POLL_MS = 100;
/** Exit code of an agent whose environment, configuration or OpenAPI file is wrong. */
const BAD_INPUT = 2;
const ROTATE_MS = 10_000;
/** An agent that starts and neither answers nor refuses for so long hangs: it is killed, and its supervisor starts it again. */
const HANGS_AFTER_MS = 15_000;

export interface FleetOptions {
  readonly environment: DeskEnvironment;
  /** Folders of the logs and of the process ids. */
  readonly logFolder: string;
  readonly runFolder: string;
  readonly onDeath: (death: Death) => void;
}

export interface FleetAgent {
  readonly name: AgentName;
  readonly url: string;
  readonly process: SupervisedProcess;
}

/** The eight agents as processes that are kept running. */
export class Fleet {
  readonly agents: readonly FleetAgent[];
  #rotation: NodeJS.Timeout | undefined;
  #refusal: string | undefined;
  /** Since when agents have not answered, by name; monotonic ms. */
  readonly #silentSince = new Map<AgentName, number>();

  constructor(options: FleetOptions) {
    this.agents = AGENTS.map((name) => ({
      name,
      url: urlOf(options.environment.ports.get(name) ?? 0),
      process: new SupervisedProcess({
        name,
        program: agentProgram(name, options.environment),
        runFolder: options.runFolder,
        logFile: join(options.logFolder, `${name}.log`),
        onDeath: (death) => {
          this.#onDeath(death, options.onDeath);
        },
      }),
    }));
  }

  agent(name: AgentName): FleetAgent {
    const found = this.agents.find((agent) => agent.name === name);
    if (found === undefined) throw new RangeError(`expected an agent, was ${name}`);
    return found;
  }

  async start(): Promise<void> {
    await Promise.all(this.agents.map(({ process }) => process.start()));
    this.#rotation = setInterval(() => {
      for (const { process } of this.agents) process.rotateLog();
    }, ROTATE_MS);
    this.#rotation.unref();
  }

  /**
   * Resolves when every agent is ready. `onWaiting` hears every 5 s which are not, and why.
   * @throws InputError when an agent refuses its configuration or environment; the signal's reason when it aborts.
   */
  async awaitReady(signal: AbortSignal, onWaiting: (line: string) => void): Promise<void> {
    let nextWordAt = performance.now() + 5000;
    for (;;) {
      signal.throwIfAborted();
      if (this.#refusal !== undefined) throw new InputError(this.#refusal);
      const waiting = await this.#waitingFor();
      if (waiting === undefined) return;
      if (performance.now() > nextWordAt) {
        onWaiting(`  waiting for ${waiting}`);
        nextWordAt += 5000;
      }
      await sleep(POLL_MS);
    }
  }

  /** Agents that are not ready by what they lack, in words; `undefined` when all are ready. */
  async #waitingFor(): Promise<string | undefined> {
    const byReason = new Map<string, string[]>();
    await Promise.all(
      this.agents.map(async ({ name, url }) => {
        const health = await askHealth(url);
        this.#endWhenItHangs(name, health.kind === 'down' && health.isHanging);
        if (health.kind !== 'ready') byReason.set(health.reason, [...(byReason.get(health.reason) ?? []), name]);
      }),
    );
    if (byReason.size === 0) return undefined;
    return [...byReason].map(([reason, names]) => `${names.join(', ')} (${reason})`).join('; ');
  }

  #endWhenItHangs(name: AgentName, isHanging: boolean): void {
    if (!isHanging) {
      this.#silentSince.delete(name);
      return;
    }
    const since = this.#silentSince.get(name) ?? performance.now();
    this.#silentSince.set(name, since);
    if (performance.now() - since < HANGS_AFTER_MS) return;
    this.#silentSince.delete(name);
    this.agent(name).process.kill();
  }

  /** A wrong configuration does not get better by starting again: the agent's own words are the answer. */
  #onDeath(death: Death, tell: FleetOptions['onDeath']): void {
    if (death.exitCode === BAD_INPUT) this.#refusal ??= death.lastWords.trim() || `${death.name} ended with code 2`;
    tell(death);
  }

  /** Drains and ends all of them. */
  async stop(): Promise<void> {
    clearInterval(this.#rotation);
    await Promise.all(this.agents.map(({ process }) => process.stop(STOP_GRACE_MS)));
  }

  /** Ends at once what `stop` still waits for. */
  hurry(): void {
    for (const { process } of this.agents) process.hurry();
  }
}

function agentProgram(name: AgentName, environment: DeskEnvironment): Program {
  const main = join(environment.root, 'agents', name, 'dist', 'main.js');
  if (!existsSync(main)) throw new Error(`expected the built agent ${main}, was nothing: run npm run build`);
  return {
    command: process.execPath,
    args: [...NODE_FLAGS, main],
    env: agentEnvironment(name, environment),
    cwd: environment.root,
    stopSignal: 'SIGTERM',
    mark: [main],
  };
}
