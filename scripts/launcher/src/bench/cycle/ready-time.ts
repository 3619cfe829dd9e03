import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Closing } from '../../desk/closing.js';

const PATIENCE_MS = 90_000;

export interface StartOptions {
  readonly root: string;
  readonly home: string;
  readonly basePort: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly closing: Closing;
  readonly signal: AbortSignal;
}

/**
 * Runs `npm start`'s script with a home and ports of its own until the launcher says that all eight agents are ready, and
 * ends it. Seconds from the start of the process on.
 * @throws Error with what it printed when it ends before, or is not ready in 90 s.
 */
export async function measureReadyTime(options: StartOptions): Promise<number> {
  const { root, home, basePort, closing, signal } = options;
  const startedAt = performance.now();
  // A group of its own: Ctrl-C reaches this process alone, which ends the desk in an orderly way.
  const child = spawn(
    process.execPath,
    [join(root, 'scripts', 'start.js'), '--no-screen', '--base-port', String(basePort)],
    { cwd: root, env: { ...options.env, OCTANT_HOME: home }, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  const ended = once(child, 'exit');
  let isGone = false;
  void ended.then(() => (isGone = true));
  const end = async (): Promise<void> => {
    if (!isGone) child.kill('SIGTERM');
    await ended;
  };
  closing.add(end, () => child.kill('SIGTERM'));
  let printed = '';
  const seconds = await new Promise<number>((resolve, reject) => {
    const fail = (why: string): void => {
      reject(new Error(`npm start ${why}:\n${printed}`));
    };
    const timer = setTimeout(() => {
      fail(`was not ready in ${PATIENCE_MS / 1000} s`);
    }, PATIENCE_MS);
    const onText = (text: string): void => {
      printed += text;
      if (/^Ready after /m.test(printed)) resolve((performance.now() - startedAt) / 1000);
    };
    child.stdout.setEncoding('utf8').on('data', onText);
    child.stderr.setEncoding('utf8').on('data', onText);
    void ended.then(() => {
      clearTimeout(timer);
      fail('ended before it was ready');
    });
    signal.addEventListener('abort', () => {
      reject(new Error('interrupted'));
    });
  });
  await end();
  return seconds;
}
