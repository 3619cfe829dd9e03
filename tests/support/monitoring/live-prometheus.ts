import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseYaml } from '@octant/platform/config/parse-yaml';
import { findFreePort } from '../../../scripts/launcher/src/servers/free-port.js';
import { part } from '../agent-desk.js';
import { recordedExpositions } from './exposition.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [atSeconds: number, value: string];
}

/**
 * A Prometheus with the repository's own configuration and rules: only addresses and intervals are changed. Exporters that do
 * not run here are played by servers that answer what the real ones answered once.
 */
export class LivePrometheus {
  readonly url: string;
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #players: readonly Server[];

  private constructor(parts: { url: string; process: ChildProcess; folder: string; players: readonly Server[] }) {
    this.url = parts.url;
    this.#process = parts.process;
    this.#folder = parts.folder;
    this.#players = parts.players;
  }

  /**
   * `addresses`: host and port of what really runs, by `host:port` as `prometheus.yml` has it. Alerts go to its
   * `alertmanager:9093` where it is among them.
   */
  static async start(program: string, addresses: ReadonlyMap<string, string>): Promise<LivePrometheus> {
    const folder = mkdtempSync(join(tmpdir(), 'octant-prometheus-'));
    const own = `127.0.0.1:${String(await findFreePort())}`;
    const players = await Promise.all(
      [...recordedExpositions].map(async ([job, text]) => [job, await play(text)] as const),
    );
    const played = new Map(players.map(([job, server]) => [job, addressOf(server)]));
    const config = join(folder, 'prometheus.yml');
    const all = new Map([...addresses, ['localhost:9090', own]]);
    writeFileSync(
      config,
      JSON.stringify({
        ...localConfig((job, target) => all.get(target) ?? played.get(job)),
        alerting: { alertmanagers: alertmanagersIn(addresses) },
      }),
    );
    const flags = [`--config.file=${config}`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=${own}`];
    const process = spawn(program, flags, { stdio: 'ignore' });
    const started = new LivePrometheus({
      url: `http://${own}`,
      process,
      folder,
      players: players.map(([, server]) => server),
    });
    await started.until(async () => (await fetch(`${started.url}/-/ready`)).ok, 'it is ready');
    return started;
  }

  async query(expression: string): Promise<readonly Sample[]> {
    const body = new URLSearchParams({ query: expression });
    const answer: unknown = await (await fetch(`${this.url}/api/v1/query`, { method: 'POST', body })).json();
    if (part(answer, 'status') !== 'success') throw new Error(`${expression}: ${String(part(answer, 'error'))}`);
    return part(answer, 'data', 'result') as readonly Sample[];
  }

  /** Asks until the answer is yes. @throws Error that says what was waited for. */
  async until(done: () => Promise<boolean>, what: string): Promise<void> {
    const deadline = performance.now() + 60_000;
    while (!(await done().catch(() => false))) {
      if (performance.now() > deadline) throw new Error(`waited a minute in vain until ${what}`);
      await sleep(200);
    }
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill();
    await ended;
    for (const server of this.#players) {
      server.closeAllConnections();
      server.close();
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Jobs that have no address here (those of profiles that are not run) are left out. */
function localConfig(addressFor: (job: string, target: string) => string | undefined): object {
  const config = parseYaml(readFileSync(`${root}prometheus/prometheus.yml`, 'utf8'), 'prometheus.yml');
  const jobs = part(config, 'scrape_configs') as { job_name: string; static_configs: { targets: string[] }[] }[];
  const here = jobs.map((job) => ({
    ...job,
    static_configs: job.static_configs.flatMap((entry) => {
      const targets = entry.targets.flatMap((target) => addressFor(job.job_name, target) ?? []);
      return targets.length === 0 ? [] : [{ ...entry, targets }];
    }),
  }));
  return {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: [`${root}prometheus/rules/*.yml`],
    scrape_configs: here.filter((job) => job.static_configs.length > 0),
  };
}

function alertmanagersIn(addresses: ReadonlyMap<string, string>): object[] {
  const address = addresses.get('alertmanager:9093');
  return address === undefined ? [] : [{ static_configs: [{ targets: [address] }] }];
}

async function play(text: string): Promise<Server> {
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/plain; version=0.0.4');
    response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function addressOf(server: Server): string {
  return `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}
