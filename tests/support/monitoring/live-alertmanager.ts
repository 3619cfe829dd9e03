import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseYaml } from '@octant/platform/config/parse-yaml';
import { findFreePort } from '../../../scripts/launcher/src/servers/free-port.js';

const run = promisify(execFile);
const start = fileURLToPath(new URL('../../../alertmanager/start.sh', import.meta.url));

export interface AlertmanagerSetup {
  readonly slackUrl?: string;
  readonly watchdogUrl?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A folder for the files that the container has as secrets and as its memory. */
export class AlertmanagerFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'octant-alertmanager-'));

  /** Variables for start.sh, with the secrets in files as in the container. */
  environment(name: string, { slackUrl = '', watchdogUrl = '', env = {} }: AlertmanagerSetup): Record<string, string> {
    const secret = (what: string, text: string) => {
      const file = join(this.path, `${name}.${what}`);
      writeFileSync(file, text);
      return file;
    };
    return {
      PATH: process.env['PATH'] ?? '',
      ALERTMANAGER_CONFIG: join(this.path, `${name}.yml`),
      ALERT_SLACK_WEBHOOK_URL_FILE: secret('slack', slackUrl),
      ALERT_WATCHDOG_URL_FILE: secret('watchdog', watchdogUrl),
      ALERTMANAGER_BIN: '/bin/true',
      ...env,
    };
  }

  /** Writes the configuration as the container's start does; answers its path and what start.sh said. */
  async writeConfig(name: string, setup: AlertmanagerSetup) {
    const { stderr } = await run('/bin/sh', [start], { env: this.environment(name, setup) });
    const path = join(this.path, `${name}.yml`);
    return { path, said: stderr.trim(), config: parseYaml(readFileSync(path, 'utf8'), path) };
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** An Alertmanager as the container starts it, which posts to a double of Slack and of a watcher. */
export class LiveAlertmanager {
  readonly url: string;
  /** What was posted, oldest first; paths are `/slack` and `/watchdog`. */
  readonly posts: { readonly path: string; readonly body: unknown }[];
  readonly #process: ChildProcess;
  readonly #double: Server;
  readonly #folder: AlertmanagerFolder;

  private constructor(parts: { url: string; process: ChildProcess; double: Server; folder: AlertmanagerFolder }) {
    this.url = parts.url;
    this.#process = parts.process;
    this.#double = parts.double;
    this.#folder = parts.folder;
    this.posts = [];
    parts.double.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.posts.push({ path: request.url ?? '', body: JSON.parse(Buffer.concat(chunks).toString('utf8')) });
        response.end('ok');
      });
    });
  }

  static async start(program: string): Promise<LiveAlertmanager> {
    const folder = new AlertmanagerFolder();
    const double = createServer();
    await new Promise<void>((resolve) => double.listen(0, '127.0.0.1', resolve));
    const posted = `http://127.0.0.1:${String((double.address() as AddressInfo).port)}`;
    const listen = `127.0.0.1:${String(await findFreePort())}`;
    const env = folder.environment('real', {
      slackUrl: `${posted}/slack\n`,
      watchdogUrl: `${posted}/watchdog`,
      env: { ALERTMANAGER_BIN: program, ALERT_SLACK_CHANNEL: '#desk' },
    });
    const flags = [`--storage.path=${folder.path}/data`, `--web.listen-address=${listen}`, '--cluster.listen-address='];
    const process = spawn('/bin/sh', [start, ...flags], { env, stdio: 'ignore' });
    const started = new LiveAlertmanager({ url: `http://${listen}`, process, double, folder });
    await started.until(async () => (await fetch(`${started.url}/-/ready`).catch(() => undefined))?.ok === true);
    return started;
  }

  /** @throws Error with what was posted when the answer is no for a minute. */
  async until(done: () => Promise<boolean> | boolean): Promise<void> {
    const deadline = performance.now() + 60_000;
    while (!(await done())) {
      if (performance.now() > deadline) throw new Error(`waited in vain; posts: ${JSON.stringify(this.posts)}`);
      await sleep(50);
    }
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill();
    await ended;
    this.#double.closeAllConnections();
    this.#double.close();
    this.#folder.remove();
  }
}
