import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const leftSchema = z.object({ currency: z.string(), free: z.string(), reason: z.string() });

const latchSchema = z.object({
  version: z.literal(1),
  phase: z.enum(['idle', 'watching', 'alarm', 'acting', 'tripped']),
  venue: z.string(),
  lastBeatAtMs: z.number().int(),
  alarmId: z.string().optional(),
  /** The last alarm, over or not. */
  trip: z
    .object({
      alarmId: z.string(),
      sinceIso: z.string(),
      doneIso: z.string().optional(),
      canceled: z.int().min(0),
      sold: z.array(z.object({ symbol: z.string(), qty: z.string() })),
      left: z.array(leftSchema),
    })
    .optional(),
});

/** What outlives the guardian: whether it guards somebody, and how far an alarm has come. */
export type Latch = z.infer<typeof latchSchema>;
export type Trip = NonNullable<Latch['trip']>;

/** A file that holds the latch; it is replaced as a whole, and on the disk before anything is done on its strength. */
export class LatchFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Undefined where there is none yet. @throws Error naming the file when it holds something else. */
  read(): Latch | undefined {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    try {
      return latchSchema.parse(JSON.parse(text));
    } catch (error) {
      throw new Error(`${this.#path}: expected what a guardian has written, was something else: move it away`, {
        cause: error,
      });
    }
  }

  write(latch: Latch): void {
    mkdirSync(dirname(this.#path), { recursive: true });
    const temporary = `${this.#path}.new`;
    const file = openSync(temporary, 'w', 0o600);
    try {
      writeSync(file, `${JSON.stringify(latch, null, 2)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, this.#path);
  }
}
