import { closeSync, copyFileSync, mkdirSync, openSync, readSync, statSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';

const MOST_BYTES = 10 * 1024 * 1024;
const KEPT = 3;
const LAST_BYTES = 4096;

/**
 * A program's log. The program writes to the file itself, in append mode, so that it needs nobody to live on; rotation
 * copies the file away and empties it.
 */
export class LogFile {
  readonly path: string;
  readonly #mostBytes: number;

  constructor(path: string, mostBytes = MOST_BYTES) {
    this.path = path;
    this.#mostBytes = mostBytes;
    mkdirSync(dirname(path), { recursive: true });
  }

  /** Gives a descriptor for the program's output to `use`, and closes ours after it. */
  withDescriptor<Result>(use: (descriptor: number) => Result): Result {
    const descriptor = openSync(this.path, 'a', 0o600);
    try {
      return use(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }

  get size(): number {
    return sizeOf(this.path);
  }

  /** The text from that offset on, its last 4 kB at most; all when the file was emptied since. */
  readFrom(offset: number): string {
    const { size } = this;
    const start = Math.max(offset > size ? 0 : offset, size - LAST_BYTES);
    const buffer = Buffer.alloc(Math.max(0, size - start));
    const descriptor = openSync(this.path, 'r');
    try {
      return buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, start)).toString('utf8');
    } finally {
      closeSync(descriptor);
    }
  }

  /** `x.log` becomes `x.log.1`, and so on up to `x.log.3`, when it has grown too large. */
  rotateWhenLarge(): boolean {
    if (sizeOf(this.path) <= this.#mostBytes) return false;
    for (let number = KEPT - 1; number >= 1; number -= 1) {
      if (sizeOf(`${this.path}.${number}`) > 0) copyFileSync(`${this.path}.${number}`, `${this.path}.${number + 1}`);
    }
    copyFileSync(this.path, `${this.path}.1`);
    truncateSync(this.path);
    return true;
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
