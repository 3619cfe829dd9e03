import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ChaosResult } from '../../scripts/launcher/src/chaos/result.js';

const program = fileURLToPath(new URL('../../scripts/chaos.js', import.meta.url));

export interface CommandRun {
  readonly child: ChildProcess;
  /** What it printed so far, both outputs. */
  readonly printed: () => string;
  /** Exit code. */
  readonly ended: Promise<number | null>;
}

/** The command itself, as a user runs it, in a folder of the tests' own. */
export function startChaos(...args: readonly string[]): CommandRun {
  const child = spawn(process.execPath, [program, ...args, '--home', 'chaos-test'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  }
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      resolve(code);
    });
  });
  return { child, printed: () => text, ended };
}

/** Runs it to its end and reads its result. */
export async function runChaosCommand(
  ...args: readonly string[]
): Promise<{ code: number | null; printed: string; result: ChaosResult }> {
  const folder = mkdtempSync(join(tmpdir(), 'octant-chaos-'));
  try {
    const file = join(folder, 'out.json');
    const { ended, printed } = startChaos(...args, '--json', file);
    const code = await ended;
    return { code, printed: printed(), result: JSON.parse(readFileSync(file, 'utf8')) as ChaosResult };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Process ids by their parents'. */
export function childrenOf(pid: number): number[] {
  return processes()
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child);
}

/** Those that live; a zombie does not. */
export function livingOf(pids: readonly number[]): number[] {
  return processes().flatMap(([pid, , state]) => (pids.includes(pid) && !state.startsWith('Z') ? [pid] : []));
}

function processes(): [pid: number, parent: number, state: string][] {
  return execFileSync('ps', ['-axo', 'pid=,ppid=,stat='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const [pid, parent, state] = line.trim().split(/\s+/);
      return state === undefined ? [] : [[Number(pid), Number(parent), state]];
    });
}
