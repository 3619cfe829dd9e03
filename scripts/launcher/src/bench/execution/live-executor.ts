import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { NODE_FLAGS } from '../../fleet/fleet.js';
import { findFreePort } from '../../servers/free-port.js';
import { liveVariables, writeLiveConfig } from '../../live-executor-setup.js';
import { benchFiles } from '../cycle/bench-home.js';
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
    const port = await findFreePort();
    const program = join(root, 'agents', 'trade-executor', 'dist', 'main.js');
    const child = spawn(process.execPath, [...NODE_FLAGS, program], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: liveVariables({
        ...{ root, env, venue, port, servers, exchange, token: TOKEN, logLevel: 'error' },
        names: { prefix: PREFIX, schema: SCHEMA },
        configDir: writeLiveConfig({
          ...{ root, venue, target: join(benchFiles(root, 'bench-execution').home, 'config') },
          live: { quote_currency: venue === 'kraken' ? 'USD' : 'USDT', buy_within_seconds: 3600 },
        }),
      }),
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
