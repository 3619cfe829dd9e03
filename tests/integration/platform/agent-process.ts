import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { exampleFolders } from '@octant/platform/testing/example-agent';

const script = fileURLToPath(new URL('./example-process.js', import.meta.url));
const giveUpMs = 20_000;

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** An agent's process with the lines that it has logged. */
export class AgentProcess {
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  readonly folders: { OPENAPI_DIR: string; CONFIG_DIR: string };
  readonly lines: LogLine[] = [];
  stderr = '';
  readonly #waiting: { matches: (line: LogLine) => boolean; resolve: (line: LogLine) => void }[] = [];

  constructor(env: Readonly<Record<string, string>>, nodeFlags: readonly string[] = []) {
    this.folders = exampleFolders();
    this.child = spawn(process.execPath, [...nodeFlags, script], {
      env: { PATH: process.env['PATH'], PORT: '0', SERVICE_TOKEN: 'service-token', ...this.folders, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.exited = new Promise((resolve) => this.child.once('close', resolve));
    let rest = '';
    this.child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      const parts = (rest + chunk).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) this.#onLine(JSON.parse(part) as LogLine);
    });
    this.child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (this.stderr += chunk));
  }

  /** The first line, past or to come, whose message has the text. */
  async line(text: string): Promise<LogLine> {
    const matches = (line: LogLine) => line.msg.includes(text);
    const found = this.lines.find(matches);
    if (found !== undefined) return found;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const said = `${this.lines.map((line) => line.msg).join('\n')}\n${this.stderr}`;
        reject(new Error(`expected a log line with “${text}”, was:\n${said}`));
      }, giveUpMs);
      this.#waiting.push({
        matches,
        resolve: (line) => {
          clearTimeout(timer);
          resolve(line);
        },
      });
    });
  }

  /** Its URL, when HTTP listens. */
  async url(): Promise<string> {
    return String((await this.line('HTTP at'))['url']);
  }

  /** Ends it whatever it does. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  #onLine(line: LogLine): void {
    this.lines.push(line);
    for (const waiter of this.#waiting) if (waiter.matches(line)) waiter.resolve(line);
  }
}
