import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Closing } from './desk/closing.js';

const firstLine = z.object({
  url: z.string(),
  keys: z.record(z.string(), z.object({ account: z.string(), apiKey: z.string(), secret: z.string() })),
});

export interface SimulatorOptions {
  /** Folder of the checkout. */
  readonly root: string;
  /** Ends the process. */
  readonly closing: Closing;
  readonly venue: string;
  readonly seed: number;
}

/** Where an exchange simulator listens, and its funded account. */
export interface SimulatorProcess {
  readonly url: string;
  readonly account: string;
  readonly apiKey: string;
  readonly secret: string;
}

/** Starts the exchange simulator of one venue as a process of its own, without rate limits. @throws Error when it ends at once. */
export async function startSimulator({ root, closing, venue, seed }: SimulatorOptions): Promise<SimulatorProcess> {
  const program = join(root, 'tests', 'support', 'exchange', 'dist', 'main.js');
  const args = [program, '--venue', venue, '--limits', 'off', '--seed', String(seed)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  closing.add(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const { url, keys } = firstLine.parse(JSON.parse(line));
    const key = keys[venue];
    if (key === undefined) throw new Error(`expected keys for ${venue}, was ${Object.keys(keys).join(', ')}`);
    return { url, ...key };
  }
  throw new Error('expected the exchange simulator to say where it listens, was an end without a word');
}
