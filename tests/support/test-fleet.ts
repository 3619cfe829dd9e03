import { cpSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { migrateDatabase } from '@octant/platform/postgres/migrate-database';
import { report, type Report } from '@octant/trading/backtest/report';
import type { DecimalCandle } from '@octant/trading/market/candle';
import type { TimeframeName } from '@octant/trading/messages/envelope';
import { pino } from 'pino';
import { AGENTS, portsFrom, type AgentName } from '../../scripts/launcher/src/fleet/agents.js';
import { Fleet } from '../../scripts/launcher/src/fleet/fleet.js';
import { findFreeRow } from '../../scripts/launcher/src/servers/free-port.js';
import { ADMIN_TOKEN, SERVICE_TOKEN, type HttpAnswer } from './agent-desk.js';
import { DeskUsers } from './desk-users.js';
import { freshDesk, type FreshDesk } from './test-servers.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Series {
  readonly symbol: string;
  readonly candles: readonly DecimalCandle[];
}

export interface ReplayRequest {
  readonly series: readonly Series[];
  readonly mode: 'http' | 'pubsub' | 'hybrid';
  readonly strategy: string;
  readonly timeframe: TimeframeName;
}

interface SessionView {
  readonly status: string;
  readonly failure: string | null;
  readonly counters: { readonly candles: number };
}

interface CallInit extends Omit<RequestInit, 'headers'> {
  readonly headers?: Readonly<Record<string, string>>;
}

/** The eight real processes on a desk of their own, on free ports, with the rights of the compose fleet, for one test. */
export class TestFleet {
  readonly desk: FreshDesk;
  readonly fleet: Fleet;
  readonly deaths: string[] = [];
  readonly #folder: string;
  readonly #users: DeskUsers;

  private constructor(
    desk: FreshDesk,
    users: DeskUsers,
    options: { folder: string; basePort: number; configFolder: string; environment: Readonly<Record<string, string>> },
  ) {
    this.desk = desk;
    this.#users = users;
    this.#folder = options.folder;
    const token = (name: string, value: string): string => {
      const file = join(options.folder, name);
      writeFileSync(file, value, { mode: 0o600 });
      return file;
    };
    this.fleet = new Fleet({
      environment: {
        root,
        redisUrl: desk.redisUrl,
        databaseUrl: desk.databaseUrl,
        urlsOf: (agent) => users.urlsOf(agent),
        prefix: desk.prefix,
        schema: desk.schema,
        configFolder: options.configFolder,
        adminTokenFile: token('admin_token', ADMIN_TOKEN),
        serviceTokenFile: token('service_token', SERVICE_TOKEN),
        ports: portsFrom(options.basePort),
        inherited: {
          PATH: process.env['PATH'],
          HOME: process.env['HOME'],
          LOG_LEVEL: process.env['TEST_LOG_LEVEL'],
          ...options.environment,
        },
      },
      logFolder: join(options.folder, 'logs'),
      runFolder: join(options.folder, 'run'),
      onDeath: ({ name, how, lastWords }) => this.deaths.push(`${name}: ${how} ${lastWords}`),
    });
  }

  /**
   * Starts the fleet and waits until all are ready. `config`: YAML texts that replace files of `config/`; `environment`: more
   * variables for every agent.
   */
  static async start(
    name: string,
    config: Readonly<Record<string, string>> = {},
    environment: Readonly<Record<string, string>> = {},
  ): Promise<TestFleet> {
    const desk = freshDesk(name);
    const { databaseUrl: connection, schema } = desk;
    const logger = pino({ level: 'silent' });
    await migrateDatabase({ connection, schema, directory: join(root, 'migrations'), logger });
    const folder = mkdtempSync(join(tmpdir(), 'octant-fleet-'));
    for (const part of ['logs', 'run']) mkdirSync(join(folder, part));
    const configFolder = join(folder, 'config');
    cpSync(join(root, 'config'), configFolder, { recursive: true });
    for (const [file, text] of Object.entries(config)) {
      mkdirSync(dirname(join(configFolder, file)), { recursive: true });
      writeFileSync(join(configFolder, file), text);
    }
    const basePort = await findFreeRow(AGENTS.length);
    const fleet = new TestFleet(desk, await DeskUsers.create(desk), { folder, basePort, configFolder, environment });
    await fleet.#awaitReady();
    return fleet;
  }

  /** @throws Error that says which agents are not ready and which have died; nothing is left running. */
  async #awaitReady(): Promise<void> {
    let waiting = '';
    try {
      await this.fleet.start();
      await this.fleet.awaitReady(AbortSignal.timeout(60_000), (line) => (waiting = line.trim()));
    } catch (cause) {
      const logs = this.fleet.agents
        .filter(({ name }) => waiting.includes(name))
        .map(({ process: { logPath } }) => readFileSync(logPath, 'utf8').slice(-2000));
      await this.stop();
      const deaths = this.deaths.join('; ');
      throw new Error(`the fleet did not start: ${waiting}; deaths: ${deaths}; logs: ${logs.join('\n')}`, { cause });
    }
  }

  url(agent: AgentName): string {
    return this.fleet.agent(agent).url;
  }

  async call(agent: AgentName, path: string, init: CallInit = {}): Promise<HttpAnswer> {
    const headers = { 'content-type': 'application/json', 'x-service-token': SERVICE_TOKEN, ...init.headers };
    const response = await fetch(this.url(agent) + path, { ...init, headers });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }

  /** `[body, headers]`. */
  post(agent: AgentName, path: string, ...[body, headers]: [unknown, Record<string, string>?]): Promise<HttpAnswer> {
    return this.call(agent, path, { method: 'POST', body: JSON.stringify(body), headers: headers ?? {} });
  }

  /** Stores the candles and opens the session; answers its id. */
  async startReplay({ series, mode, strategy, timeframe }: ReplayRequest): Promise<string> {
    for (const { symbol, candles } of series) {
      const rows = candles.map((c) => [c.openTimeMs, c.open, c.high, c.low, c.close, c.volume]);
      const stored = await this.post('market-analyst', '/analysis/ingest', {
        source: 'replay',
        symbol,
        timeframe,
        candles: rows,
      });
      if (stored.status !== 200) throw new Error(`ingest: ${JSON.stringify(stored.body)}`);
    }
    const symbols = series.map(({ symbol }) => symbol);
    const run = await this.post('orchestrator', '/orchestrate/run', {
      symbols,
      mode,
      strategy,
      timeframe,
      source: 'replay',
      fromMs: Math.min(...series.map(({ candles }) => candles[0]?.openTimeMs ?? 0)),
    });
    if (run.status !== 202) throw new Error(`run: ${JSON.stringify(run.body)}`);
    return (run.body as { sessionId: string }).sessionId;
  }

  /** Waits for the session's end, calling `onPoll` with the candles done so far, and answers its report. */
  async awaitReport(
    sessionId: string,
    onPoll: (candles: number) => Promise<void> = () => Promise.resolve(),
  ): Promise<Report> {
    const deadline = performance.now() + 240_000;
    for (;;) {
      const session = await this.#session(sessionId);
      if (session?.status === 'finished') break;
      if (session?.status === 'failed') throw new Error(`the session failed: ${String(session.failure)}`);
      if (performance.now() > deadline) throw new Error(`the replay did not finish: ${this.deaths.join('; ')}`);
      if (session !== undefined) await onPoll(session.counters.candles);
      await sleep(50);
    }
    const answer = await this.call('orchestrator', `/orchestrate/sessions/${sessionId}/report`);
    if (answer.status !== 200) throw new Error(`report: ${JSON.stringify(answer.body)}`);
    return report.parse(answer.body);
  }

  /** Undefined while the orchestrator is away. */
  async #session(sessionId: string): Promise<SessionView | undefined> {
    const answer = await this.call('orchestrator', `/orchestrate/sessions/${sessionId}`).catch(() => undefined);
    return answer?.status === 200 ? (answer.body as SessionView) : undefined;
  }

  async replay(request: ReplayRequest): Promise<Report> {
    return this.awaitReport(await this.startReplay(request));
  }

  /** kill -9; the supervisor starts it again. */
  kill(agent: AgentName): void {
    const { pid } = this.fleet.agent(agent).process;
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  }

  async stop(): Promise<void> {
    await this.fleet.stop();
    const logs = this.fleet.agents.flatMap(({ process: { logPath } }) => readFileSync(logPath, 'utf8').split('\n'));
    try {
      await this.#users.close(logs);
    } finally {
      await this.desk.drop();
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }
}
