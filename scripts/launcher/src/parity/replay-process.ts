import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { report as reportSchema, type Report } from '@octant/trading/backtest/report';
import { InterruptedError } from '../interruption.js';

/** One replay through the eight agents, by the command that users give. */
export interface ReplayRun {
  readonly root: string;
  /** Folder of its servers and logs, as `OCTANT_HOME`. */
  readonly home: string;
  readonly basePort: number;
  readonly files: readonly string[];
  readonly symbols: readonly string[];
  readonly timeframe: string;
  readonly strategy: string;
  readonly mode: string;
  readonly signal: AbortSignal;
  /** Told each line that the replay prints. */
  readonly onLine: (line: string) => void;
}

const LAST_LINES = 15;

/** Runs `npm start -- --replay … --report … --exit` and reads the report. @throws Error with its last lines when it fails. */
export async function replayInProcess(run: ReplayRun): Promise<Report> {
  const file = join(run.home, 'parity-report.json');
  const args = [
    join(run.root, 'scripts', 'start.js'),
    ...['--replay', ...run.files],
    ...['--symbol', ...run.symbols],
    ...['--timeframe', run.timeframe, '--strategy', run.strategy, '--mode', run.mode],
    ...['--base-port', String(run.basePort), '--report', file, '--exit', '--no-screen'],
  ];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, OCTANT_HOME: run.home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      const fresh = text.split('\n').filter((line) => line.trim() !== '');
      lines.push(...fresh);
      lines.splice(0, lines.length - LAST_LINES);
      for (const line of fresh) run.onLine(line);
    });
  }
  // A terminal sends Ctrl-C to the whole group; a signal that came to this process alone is passed on.
  const pass = (): void => void child.kill('SIGINT');
  run.signal.addEventListener('abort', pass, { once: true });
  try {
    const code = await new Promise<number | null>((done, fail) => child.on('error', fail).on('exit', done));
    if (run.signal.aborted) throw new InterruptedError();
    if (code !== 0) throw new Error(`expected the replay to end with 0, was ${String(code)}:\n${lines.join('\n')}`);
    return reportSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } finally {
    run.signal.removeEventListener('abort', pass);
  }
}
