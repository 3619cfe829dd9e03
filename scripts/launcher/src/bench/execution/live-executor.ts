import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { z } from 'zod';
import { parseYaml } from '@octant/platform/config/parse-yaml';
import { NODE_FLAGS } from '../../fleet/fleet.js';
import { findFreePort } from '../../servers/free-port.js';
import { benchFiles, benchVariables } from '../cycle/bench-home.js';
import type { BenchServers } from '../bus/bench-servers.js';
import type { BenchOptions } from '../run-benchmark.js';
import type { SimulatedExchange } from './simulated-exchange.js';

export const PREFIX = 'bench:';
export const SCHEMA = 'bench_execution';
const TOKEN = 'token-of-the-benchmark-alone';
const PATIENCE_MS = 60_000;
const comparison = z.object({
  lastRun: z.object({ tookMs: z.number(), orders: z.number(), differences: z.number() }).nullable(),
  symbols: z.array(z.object({ onlyReducing: z.string().nullable() })),
});
export type Comparison = NonNullable<z.infer<typeof comparison>['lastRun']>;
const document = z.record(z.string(), z.unknown());

export interface ExecutorSetup {
  readonly servers: BenchServers;
  readonly exchange: SimulatedExchange;
  readonly venue: 'binance' | 'kraken';
  /** How long it may take until it equals the exchange. */
  readonly patienceMs?: number;
}

/** The trade executor as a process of its own, trading at the simulator. */
export class LiveExecutor {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #venue: string;

  private constructor(child: ChildProcess, url: string, venue: string) {
    this.#child = child;
    this.url = url;
    this.#venue = venue;
  }

  static async open(options: BenchOptions, setup: ExecutorSetup): Promise<LiveExecutor> {
    const { root, env, closing } = options;
    const { servers, exchange, venue, patienceMs } = setup;
    const name = venue.toUpperCase();
    const port = await findFreePort();
    const program = join(root, 'agents', 'trade-executor', 'dist', 'main.js');
    const child = spawn(process.execPath, [...NODE_FLAGS, program], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...benchVariables(env),
        ...{ NODE_ENV: 'production', LOG_LEVEL: 'error', HOST: '127.0.0.1', PORT: String(port) },
        ...{ REDIS_URL: servers.redisUrl, DATABASE_URL: servers.databaseUrl },
        ...{ OCTANT_REDIS_PREFIX: PREFIX, OCTANT_PG_SCHEMA: SCHEMA, OCTANT_LIVE: venue },
        ...{ CONFIG_DIR: writeConfig(root, venue), OPENAPI_DIR: join(root, 'openapi') },
        ...{ ADMIN_TOKEN: TOKEN, SERVICE_TOKEN: TOKEN, RISK_MANAGER_URL: 'http://127.0.0.1:1' },
        [`${name}_API_URL`]: exchange.url,
        [`${name}_API_KEY`]: exchange.apiKey,
        [`${name}_API_SECRET`]: exchange.secret,
      },
    });
    const executor = new LiveExecutor(child, `http://127.0.0.1:${port}`, venue);
    closing.add(() => executor.stop());
    await executor.#confirm(patienceMs);
    return executor;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    await once(this.#child, 'exit');
  }

  /** Proportional set size in MB; undefined where the system does not tell (only Linux does). */
  memoryMb(): number | undefined {
    try {
      const match = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.pid}/smaps_rollup`, 'utf8'));
      return match === null ? undefined : Number(match[1]) / 1024;
    } catch {
      return undefined;
    }
  }

  /** The comparison with the exchange that came to an end last. @throws Error when none did. */
  async lastComparison(): Promise<Comparison> {
    const { lastRun } = await this.#reconciliation();
    if (lastRun === null) throw new Error('expected a comparison with the exchange, was none');
    return lastRun;
  }

  /** Resolves when the symbol may add exposure: ready, confirmed, and equal to the exchange. */
  async #confirm(patienceMs?: number): Promise<void> {
    const headers = { 'content-type': 'application/json', 'x-admin-token': TOKEN };
    const body = JSON.stringify({ exchange: this.#venue });
    await until('the executor to be confirmed', async () => {
      const answer = await fetch(`${this.url}/admin/trade/live/confirm`, { method: 'POST', headers, body });
      return answer.ok;
    });
    const isEqual = async (): Promise<boolean> => {
      const { symbols } = await this.#reconciliation();
      return symbols.some(({ onlyReducing }) => onlyReducing === null);
    };
    await until('the executor to equal the exchange', isEqual, patienceMs);
  }

  async #reconciliation(): Promise<z.infer<typeof comparison>> {
    const answer = await fetch(`${this.url}/trade/reconciliation`, { headers: { 'x-admin-token': TOKEN } });
    return comparison.parse(await answer.json());
  }
}

/** Asks again and again; failures to ask count as no. @throws Error after a minute. */
export async function until(what: string, ask: () => Promise<boolean>, patienceMs = PATIENCE_MS): Promise<void> {
  const endMs = performance.now() + patienceMs;
  while (!(await ask().catch(() => false))) {
    if (performance.now() > endMs) throw new Error(`expected ${what} within ${patienceMs / 1000} s, was not`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The shipped configuration, trading live at the venue with an account that no limit comes near. */
function writeConfig(root: string, venue: string): string {
  const target = join(benchFiles(root, 'bench-execution').home, 'config');
  rmSync(target, { recursive: true, force: true });
  cpSync(join(root, 'config'), target, { recursive: true });
  const change = (file: string, fields: Record<string, unknown>): void => {
    const path = join(target, file);
    writeFileSync(path, dump({ ...document.parse(parseYaml(readFileSync(path, 'utf8'), file)), ...fields }));
  };
  change('orchestrator.yaml', { start_equity: 90_000 });
  // What is measured is the executor, not how long it waits for its turn.
  const source = `datasources/${venue}_spot.yaml`;
  const weights = { candles: 1, markets: 1, order: 1, cancel: 1, query: 1, history: 1 };
  change(source, { rate_limits: { orders_per_minute: 100_000, weight_per_minute: 100_000, weights } });
  const live = {
    quote_currency: venue === 'kraken' ? 'USD' : 'USDT',
    first_days: { max_order_quote: '1000000' },
    buy_within_seconds: 3600,
  };
  change('agents/trade-executor.yaml', { exchange: venue, live });
  return target;
}
