import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { BenchServers } from '../bench/bus/bench-servers.js';
import { liveVariables, writeLiveConfig } from '../live-executor-setup.js';
import { until } from '../bench/execution/live-executor.js';
import { LogFile } from '../supervise/log-file.js';
import { findFreePort } from '../servers/free-port.js';
import { ExecutorProcess } from './executor-process.js';
import { BASE_PRICES, QUOTE, type ChaosVenue } from './plan/market.js';
import type { Simulator } from './simulator.js';

const TOKEN = 'token-of-the-chaos-alone';
const ASK_MS = 2000;
const reconciliation = z.object({
  symbols: z.array(z.object({ symbol: z.string(), onlyReducing: z.string().nullable() })),
  lastRun: z.object({ startedAt: z.string() }).nullable(),
});

/** Everything that waits waits a little. */
const LIVE = {
  ...{ quote_currency: QUOTE, request_expiry_ms: 2500, flight_ms: 500, lease_ms: 3500 },
  ...{ sweep_ms: 200, retry_cap_seconds: 2, fills_poll_ms: 500, orders_poll_ms: 1000, fills_overlap_seconds: 60 },
  ...{ clock_every_seconds: 2, exits: { price_poll_ms: 200 } },
  algorithm: { kind: 'twap', slices: 3, duration_seconds: 2 },
  reconcile: { every_seconds: 5, unresolved_after_seconds: 60 },
};

export interface DeskOptions {
  readonly root: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly venue: ChaosVenue;
  readonly simulator: Simulator;
  readonly servers: BenchServers;
}

export interface DeskNames {
  readonly prefix: string;
  readonly schema: string;
}

export function namesOf(venue: ChaosVenue): DeskNames {
  return { prefix: `chaos-${venue}:`, schema: `chaos_${venue}` };
}

/** The executor of one venue and how it is talked to. */
export class VenueDesk {
  readonly process: ExecutorProcess;
  readonly #url: string;
  readonly #symbols: ReadonlySet<string>;

  private constructor(process: ExecutorProcess, url: string) {
    this.process = process;
    this.#url = url;
    this.#symbols = new Set(Object.keys(BASE_PRICES).map((base) => `${base}-${QUOTE}`));
  }

  static async open(options: DeskOptions): Promise<VenueDesk> {
    const { root, home, env, venue, simulator, servers } = options;
    const port = await findFreePort();
    const process = new ExecutorProcess({
      log: new LogFile(join(home, 'logs', `${venue}.log`)),
      env: {
        CHAOS_ROOT: root,
        ...liveVariables({
          ...{ root, env, venue, port, servers, names: namesOf(venue), token: TOKEN, logLevel: 'warn' },
          configDir: writeLiveConfig({ root, venue, target: join(home, 'config', venue), live: LIVE }),
          exchange: { url: simulator.url, ...simulator.key },
        }),
      },
    });
    return new VenueDesk(process, `http://127.0.0.1:${port}`);
  }

  async confirm(venue: ChaosVenue): Promise<void> {
    await this.command('/admin/trade/live/confirm', { exchange: venue });
  }

  /** An admin who repeats a command under its key until it is answered. */
  async command(path: string, body: object): Promise<void> {
    const key = randomUUID();
    await until(`${path} to be answered`, async () => {
      const answer = await this.#ask(path, { method: 'POST', key, body: JSON.stringify(body) });
      return answer.ok;
    });
  }

  /** Gives up at once when nobody answers. */
  async tryCommand(path: string, body: object): Promise<void> {
    await this.#ask(path, { method: 'POST', key: randomUUID(), body: JSON.stringify(body) }).catch(() => undefined);
  }

  /** Why one of the run's symbols may only reduce; undefined when all may add exposure. */
  async whyClosed(): Promise<string | undefined> {
    const { symbols } = await this.#reconciliation();
    const ours = symbols.filter(({ symbol }) => this.#symbols.has(symbol));
    if (ours.length < this.#symbols.size) return `only ${ours.length} symbols are known`;
    return ours.find(({ onlyReducing }) => onlyReducing !== null)?.onlyReducing ?? undefined;
  }

  /** When the last comparison of this process began; undefined before. */
  async lastComparison(): Promise<string | undefined> {
    return (await this.#reconciliation()).lastRun?.startedAt;
  }

  async #reconciliation(): Promise<z.infer<typeof reconciliation>> {
    const answer = await this.#ask('/trade/reconciliation', { method: 'GET' });
    return reconciliation.parse(await answer.json());
  }

  #ask(path: string, { key, ...request }: { method: string; key?: string; body?: string }): Promise<Response> {
    return fetch(`${this.#url}${path}`, {
      ...request,
      headers: {
        'content-type': 'application/json',
        'x-admin-token': TOKEN,
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      signal: AbortSignal.timeout(ASK_MS),
    });
  }
}
