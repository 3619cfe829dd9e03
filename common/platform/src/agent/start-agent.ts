import type { Logger } from 'pino';
import { Authenticator, type AuthenticatorOptions } from '../auth/authenticator.js';
import type { Bus } from '../bus/bus.js';
import { openBus } from '../bus/open-bus.js';
import { findUpward } from '../config/find-upward.js';
import { loadConfig, type LoadedConfig } from '../config/load-config.js';
import { readPlatformEnvironment, type PlatformEnvironment } from '../config/platform-environment.js';
import type { Variables } from '../config/secret-files.js';
import { checkOperations } from '../http/bind-operations.js';
import { createApp } from '../http/create-app.js';
import { checkHealth, type Ping } from '../http/health.js';
import { listen, type HttpServer } from '../http/http-server.js';
import { NodeAgentClient } from '../http/node-agent-client.js';
import { readApiDocument, type ApiDocument } from '../http/open-api-document.js';
import { createLogger } from '../observe/create-logger.js';
import { PlatformMetrics } from '../observe/platform-metrics.js';
import { redactor } from '../observe/redact-text.js';
import { exportStreamMetrics, type WatchedStreams } from '../observe/stream-metrics.js';
import { openDatabase, type OpenDatabase } from '../postgres/open-database.js';
import type { Clock } from '../time/clock.js';
import { systemClock } from '../time/system-clock.js';
import type { AgentContext, AgentDefinition, AgentState, AgentWiring } from './definition.js';
import { inContext } from './in-context.js';
import { runSchedules } from './schedules.js';
import { waitFor } from './wait-for.js';

export interface StartOptions {
  /** Environment; default `process.env`. */
  readonly env?: Variables;
  readonly clock?: Clock;
  /** Where log lines go; default standard output. */
  readonly write?: (line: string) => void;
  /** Stands in for Redis. */
  readonly bus?: (options: Parameters<typeof openBus>[0]) => Bus;
  /** Stands in for Postgres. */
  readonly database?: (options: Parameters<typeof openDatabase>[0]) => OpenDatabase;
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
 * @throws ConfigError for a wrong environment, configuration or OpenAPI file; Error for an occupied port, handlers that do not fit the file.
 */
export async function startAgent<Config>(
  definition: AgentDefinition<Config>,
  options: StartOptions = {},
): Promise<AgentHandle> {
  const env = readPlatformEnvironment(options.env);
  const agent = new RunningAgent(definition, env, options);
  try {
    await agent.start();
    return agent;
  } catch (error) {
    await agent.abandon();
    throw error;
  }
}

/** Share of the grace period that running requests may take. */
const httpShare = 0.6;

class RunningAgent<Config> implements AgentHandle {
  readonly logger: Logger;
  readonly #definition: AgentDefinition<Config>;
  readonly #env: PlatformEnvironment;
  readonly #clock: Clock;
  readonly #document: ApiDocument;
  readonly #config: LoadedConfig<Config>;
  readonly #metrics: PlatformMetrics;
  readonly #database: OpenDatabase;
  readonly #bus: Bus;
  readonly #client: NodeAgentClient;
  readonly #stopping = new AbortController();
  #state: AgentState = 'starting';
  #server: HttpServer | undefined;
  #wiring: AgentWiring | undefined;
  #schedules: Promise<void> = Promise.resolve();
  #stopped: Promise<boolean> | undefined;

  constructor(definition: AgentDefinition<Config>, env: PlatformEnvironment, options: StartOptions) {
    const { name } = definition;
    this.#definition = definition;
    this.#env = env;
    this.#clock = options.clock ?? systemClock;
    this.logger = createLogger({
      service: name,
      level: env.logLevel,
      secrets: env.secrets,
      ...(options.write === undefined ? {} : { write: options.write }),
    });
    const from = process.cwd();
    const openapiDir = env.openapiDir ?? findUpward('openapi', { from, variable: 'OPENAPI_DIR' });
    const configDir = env.configDir ?? findUpward('config', { from, variable: 'CONFIG_DIR' });
    this.#document = readApiDocument(openapiDir, name);
    this.#config = loadConfig(definition.config, { dir: configDir, log: this.logger });
    this.#metrics = new PlatformMetrics({ service: name, version: env.env['OCTANT_VERSION'] ?? '0.1.0' });
    this.#database = (options.database ?? openDatabase)({
      connection: env.database,
      schema: env.databaseSchema,
      applicationName: `octant-${name}`,
    });
    this.#bus = (options.bus ?? openBus)(this.#busOptions());
    this.#client = new NodeAgentClient({ caller: name, env: env.env, serviceToken: env.serviceToken });
    options.signal?.addEventListener('abort', () => {
      this.#stopping.abort();
    });
  }

  get url(): string {
    return this.#server?.url ?? '';
  }

  state(): AgentState {
    return this.#state;
  }

  async start(): Promise<void> {
    const { name } = this.#definition;
    this.#warnOfOpenEnds();
    this.#server = await listen(this.#createApp(), { agent: name, host: this.#env.host, port: this.#env.port });
    this.logger.info({ url: this.#server.url }, `${name} starts, HTTP at ${this.#server.url}`);
    await this.#waitForDependencies();
    const wiring = await this.#definition.wire(this.#context());
    checkOperations(this.#document, wiring.operations, name);
    this.#wiring = wiring;
    this.#exportStreams(wiring);
    await wiring.start?.();
    await this.#bus.start(wiring.consumes.map(inContext));
    this.#config.watch();
    this.#config.onChange(() => {
      this.#metrics.countReload();
    });
    const { signal: stopping } = this.#stopping;
    this.#schedules = runSchedules(wiring.schedules ?? [], { clock: this.#clock, logger: this.logger, stopping });
    this.#enter('ready');
    this.logger.info({ url: this.#server.url }, `${name} is ready`);
  }

  stop(): Promise<boolean> {
    this.#stopped ??= this.#drain();
    return this.#stopped;
  }

  /** Closes what a failed start has opened. */
  async abandon(): Promise<void> {
    this.#enter('failed');
    this.#stopping.abort();
    await this.#close(1000);
  }

  async #drain(): Promise<boolean> {
    const graceMs = this.#env.shutdownGraceMs;
    this.#enter('draining');
    this.logger.info({ graceMs }, 'draining');
    this.#stopping.abort();
    const over = new AbortController();
    const tooLate = systemClock.sleep(graceMs, over.signal).then(() => false);
    const clean = await Promise.race([this.#close(graceMs), tooLate]);
    over.abort();
    this.#enter('stopped');
    this.logger.info({ clean }, clean ? 'stopped' : 'stopped, with work cut off');
    this.#metrics.close();
    return clean;
  }

  async #close(graceMs: number): Promise<boolean> {
    const endMs = this.#clock.monotonic() + graceMs;
    const left = () => Math.max(100, endMs - this.#clock.monotonic());
    this.#config.close();
    const [cleanHttp] = await Promise.all([this.#server?.close(left() * httpShare), this.#schedules]);
    const steps: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['outbox', async () => (this.#wiring === undefined ? 0 : this.#bus.relayOutbox())],
      ['bus', () => this.#bus.stop(left())],
      ['wiring', async () => this.#wiring?.stop?.()],
      ['database', () => this.#database.end()],
    ];
    let clean = cleanHttp !== false;
    for (const [step, run] of steps) {
      try {
        await run();
      } catch (error) {
        clean = clean && step === 'outbox'; // its rows are kept and go out at the next start
        this.logger.warn({ err: error, step }, `closing the ${step} failed`);
      }
    }
    this.#client.close();
    return clean;
  }

  #enter(state: AgentState): void {
    this.#state = state;
    this.#metrics.setState(state);
  }

  #busOptions(): Parameters<typeof openBus>[0] {
    const env = this.#env;
    const { name, watchedStreams } = this.#definition;
    return {
      redisUrl: env.redisUrl,
      prefix: env.redisPrefix,
      agent: name,
      logger: this.logger,
      clock: this.#clock,
      database: this.#database,
      durability: env.redisDurability,
      observer: this.#metrics.busObserver(),
      ...(watchedStreams === undefined ? {} : { streamGroups: watchedStreams }),
    };
  }

  #createApp() {
    const { name } = this.#definition;
    const redact = redactor(this.#env.secrets);
    return createApp({
      agent: name,
      document: this.#document,
      authenticator: new Authenticator({
        adminToken: this.#env.adminToken,
        serviceToken: this.#env.serviceToken,
        onFailure: (failure) => {
          this.#onAuthFailure(failure);
        },
      }),
      logger: this.logger,
      registry: this.#metrics.registry,
      observe: (sample) => {
        this.#metrics.observeHttp(sample);
      },
      health: () => checkHealth({ service: name, state: () => this.#state, pings: () => this.#pings(), redact }),
      operations: () => (this.#state === 'ready' ? this.#wiring?.operations : undefined),
      rateLimitPerMinute: this.#env.rateLimitPerMinute,
      validateResponses: this.#env.validateResponses,
    });
  }

  #pings(): Readonly<Record<string, Ping>> {
    return { redis: () => this.#bus.ping(), postgres: () => this.#database.ping(), ...this.#wiring?.pings };
  }

  #onAuthFailure({ scheme, reason }: Parameters<AuthenticatorOptions['onFailure']>[0]): void {
    this.#metrics.countAuthFailure(scheme);
    const closed = scheme === 'adminToken' ? 'ADMIN_TOKEN' : 'SERVICE_TOKEN';
    const text =
      reason === 'not_configured'
        ? `refused: ${closed} is not set, these routes are closed`
        : `refused: ${reason} token`;
    this.logger.warn({ scheme, reason }, text);
  }

  #warnOfOpenEnds(): void {
    if (this.#env.adminToken === undefined) this.logger.warn('ADMIN_TOKEN is not set: admin routes are closed');
    if (this.#env.serviceToken === undefined) {
      this.logger.warn('SERVICE_TOKEN is not set: service routes take an admin token only');
    }
  }

  async #waitForDependencies(): Promise<void> {
    const waiting = { clock: this.#clock, logger: this.logger, signal: this.#stopping.signal };
    await Promise.all([
      waitFor('Redis', () => this.#bus.ping(), waiting),
      waitFor('Postgres', () => this.#database.ping(), waiting),
    ]);
    await waitFor('the tables', () => this.#checkTables(), waiting);
  }

  async #checkTables(): Promise<void> {
    const schema = this.#env.databaseSchema;
    const text = 'select to_regclass($1) is not null as found';
    const { rows } = await this.#database.query<{ found: boolean }>(text, [`"${schema}".inbox`]);
    if (rows[0]?.found === true) return;
    throw new Error(`expected the table inbox in schema ${schema}, was none; the migrations must run first`);
  }

  #context(): AgentContext<Config> {
    return {
      name: this.#definition.name,
      config: this.#config,
      env: this.#env.env,
      logger: this.logger,
      clock: this.#clock,
      bus: this.#bus,
      state: this.#bus.state,
      streams: this.#bus.admin,
      database: this.#database,
      http: this.#client,
      metrics: this.#metrics.registry,
      stopping: this.#stopping.signal,
      inLane: (group, key, work) => this.#bus.inLane(group, key, work),
    };
  }

  #exportStreams(wiring: AgentWiring): void {
    exportStreamMetrics({
      metrics: this.#metrics,
      admin: this.#bus.admin,
      watched: watchedBy(wiring, this.#definition.watchedStreams ?? {}),
      onError: (error) => {
        this.logger.warn({ err: error }, 'stream figures are not to be had');
      },
    });
  }
}

/** The agent's own streams and groups, and those it watches for others. */
function watchedBy(wiring: AgentWiring, watched: WatchedStreams): WatchedStreams {
  const streams: Record<string, string[]> = {};
  for (const [stream, groups] of Object.entries(watched)) streams[stream] = [...groups];
  for (const { stream, group } of wiring.consumes) {
    const groups = (streams[stream] ??= []);
    if (!groups.includes(group)) groups.push(group);
  }
  return streams;
}
