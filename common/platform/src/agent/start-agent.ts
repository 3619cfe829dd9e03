import type { Logger } from 'pino';
import { readPlatformEnvironment } from '../config/platform-environment.js';
import type { Variables } from '../config/secret-files.js';
import { checkOperations } from '../http/bind-operations.js';
import { listen, type HttpServer } from '../http/http-server.js';
import { exportStreamMetrics } from '../observe/stream-metrics.js';
import { systemClock } from '../time/system-clock.js';
import { createAgentApp } from './agent-app.js';
import { openParts, watchedBy, type AgentParts, type PartOverrides } from './agent-parts.js';
import type { AgentContext, AgentDefinition, AgentState, AgentWiring } from './definition.js';
import { inContext } from './in-context.js';
import { runSchedules } from './schedules.js';
import { StoppedWhileStarting, waitForDependencies } from './wait-for-dependencies.js';

export interface StartOptions extends PartOverrides {
  /** Environment; default `process.env`. */
  readonly env?: Variables;
  /** Tells an agent that is still starting to give up; a running one is told by `stop`. */
  readonly signal?: AbortSignal;
}

/** A running agent. */
export interface AgentHandle {
  /** Where its HTTP listens. */
  readonly url: string;
  readonly logger: Logger;
  state(): AgentState;
  /** Drains and closes; resolves to whether all was finished within the grace period. Repeated calls give the same promise. */
  stop(): Promise<boolean>;
}

/**
 * Starts an agent in this process and resolves when it is ready; signals and exit codes are `runAgent`'s. HTTP listens from
 * the beginning (`/livez` 200, `/health` 503 `starting`), so that waiting for Redis or Postgres can be seen.
 * @throws ConfigError for a wrong environment, configuration or OpenAPI file; StoppedWhileStarting; Error for an occupied port
 * or handlers that do not fit the file.
 */
export async function startAgent<Config>(
  definition: AgentDefinition<Config>,
  options: StartOptions = {},
): Promise<AgentHandle> {
  const env = readPlatformEnvironment(options.env);
  const agent = new RunningAgent(definition, openParts(definition, env, options));
  const giveUp = () => {
    agent.giveUp();
  };
  options.signal?.addEventListener('abort', giveUp);
  if (options.signal?.aborted === true) giveUp();
  try {
    await agent.start();
    return agent;
  } catch (error) {
    await agent.abandon();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', giveUp);
  }
}

/** Share of the grace period that running requests may take; the rest is the handlers'. */
const httpShare = 0.6;
const abandonMs = 1000;

class RunningAgent<Config> implements AgentHandle {
  readonly logger: Logger;
  readonly #definition: AgentDefinition<Config>;
  readonly #parts: AgentParts<Config>;
  readonly #stopping = new AbortController();
  #state: AgentState = 'starting';
  #server: HttpServer | undefined;
  #wiring: AgentWiring | undefined;
  #schedules: Promise<void> = Promise.resolve();
  #stopped: Promise<boolean> | undefined;

  constructor(definition: AgentDefinition<Config>, parts: AgentParts<Config>) {
    this.#definition = definition;
    this.#parts = parts;
    this.logger = parts.logger;
  }

  get url(): string {
    return this.#server?.url ?? '';
  }

  state(): AgentState {
    return this.#state;
  }

  async start(): Promise<void> {
    const { name } = this.#definition;
    const { env, bus, clock, config, metrics, document, logger } = this.#parts;
    const signal = this.#stopping.signal;
    this.#server = await listen(this.#createApp(), { agent: name, host: env.host, port: env.port });
    logger.info({ url: this.url }, `${name} starts, HTTP at ${this.url}`);
    await waitForDependencies({ ...this.#parts, schema: env.databaseSchema, signal });
    const wiring = await this.#definition.wire(this.#context());
    this.#wiring = wiring;
    checkOperations(document, wiring.operations, name);
    this.#exportStreams(wiring);
    await wiring.start?.();
    await bus.start(wiring.consumes.map(inContext), wiring.rebuild === undefined ? {} : { rebuild: wiring.rebuild });
    if (signal.aborted) throw new StoppedWhileStarting();
    config.onChange(() => {
      metrics.countReload();
    });
    config.watch();
    this.#schedules = runSchedules(wiring.schedules ?? [], { clock, logger, stopping: signal });
    this.#enter('ready');
    logger.info({ url: this.url }, `${name} is ready`);
  }

  stop(): Promise<boolean> {
    this.#stopped ??= this.#drain();
    return this.#stopped;
  }

  /** Makes a start that waits throw. */
  giveUp(): void {
    this.#stopping.abort();
  }

  /** Closes what a failed start has opened. */
  async abandon(): Promise<void> {
    this.#enter('failed');
    this.#stopping.abort();
    await Promise.race([this.#close(abandonMs), systemClock.sleep(abandonMs)]);
    this.#parts.metrics.close();
  }

  async #drain(): Promise<boolean> {
    const graceMs = this.#parts.env.shutdownGraceMs;
    this.#enter('draining');
    this.logger.info({ graceMs }, 'draining');
    this.#stopping.abort();
    const over = new AbortController();
    // The grace period is real time whatever clock the agent has.
    const tooLate = systemClock.sleep(graceMs, over.signal).then(() => false);
    const clean = await Promise.race([this.#close(graceMs), tooLate]);
    over.abort();
    this.#enter('stopped');
    this.logger.info({ clean }, clean ? 'stopped' : 'stopped, with work cut off');
    this.#parts.metrics.close();
    return clean;
  }

  async #close(graceMs: number): Promise<boolean> {
    const { config, bus, database, client, usedTokens } = this.#parts;
    const endMs = systemClock.monotonic() + graceMs;
    const left = () => Math.max(100, endMs - systemClock.monotonic());
    config.close();
    const [cleanHttp] = await Promise.all([this.#server?.close(left() * httpShare), this.#schedules]);
    // Rows that cannot go out now are kept, and go out at the next start.
    await this.#closing('outbox', async () => (this.#state === 'draining' ? bus.relayOutbox() : 0));
    const cleanParts = [
      await this.#closing('bus', () => bus.stop(left())),
      await this.#closing('wiring', async () => this.#wiring?.stop?.()),
      await this.#closing('database', () => database.end()),
    ];
    client.close();
    usedTokens.close();
    return cleanHttp !== false && cleanParts.every(Boolean);
  }

  async #closing(step: string, run: () => Promise<unknown>): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (error) {
      this.logger.warn({ err: error, step }, `closing the ${step} failed`);
      return false;
    }
  }

  #enter(state: AgentState): void {
    this.#state = state;
    this.#parts.metrics.setState(state);
  }

  #createApp() {
    return createAgentApp(this.#parts, {
      name: this.#definition.name,
      state: () => this.#state,
      operations: () => (this.#state === 'ready' ? this.#wiring?.operations : undefined),
      pings: () => this.#wiring?.pings ?? {},
    });
  }

  #context(): AgentContext<Config> {
    const { env, config, logger, clock, bus, database, client, metrics } = this.#parts;
    return {
      name: this.#definition.name,
      config,
      env: env.env,
      logger,
      clock,
      bus,
      state: bus.state,
      streams: bus.admin,
      database,
      http: client,
      metrics: metrics.registry,
      stopping: this.#stopping.signal,
      inLane: (group, key, work) => bus.inLane(group, key, work),
    };
  }

  #exportStreams(wiring: AgentWiring): void {
    const { metrics, bus } = this.#parts;
    const watched = watchedBy(wiring, this.#definition.watchedStreams ?? {});
    metrics.declareGroups(wiring.consumes);
    metrics.declareStreams(Object.keys(watched));
    exportStreamMetrics({
      metrics,
      admin: bus.admin,
      watched,
      onError: (error) => {
        this.logger.warn({ err: error }, 'stream figures are not to be had');
      },
    });
  }
}
