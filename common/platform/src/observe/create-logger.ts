import { writeSync } from 'node:fs';
import { pino, type Logger } from 'pino';
import { redactor } from './redact-text.js';
import { currentContext } from './request-context.js';

export interface LoggerOptions {
  /** Agent's name, the field `service`. */
  readonly service: string;
  readonly level: string;
  /** Values that must not appear in any line. */
  readonly secrets: readonly string[];
  /** Where lines go; default standard output. */
  readonly write?: (line: string) => void;
}

/**
 * Logs JSON lines with `level` as text, ISO `time`, `service`, and `requestId` and `traceId` of the running request or
 * message. Secrets and personal data are blotted out of the finished line, so that nothing gets past by being nested.
 */
export function createLogger({ service, level, secrets, write = toStandardOutput }: LoggerOptions): Logger {
  const redact = redactor(secrets);
  return pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => ({ ...currentContext() }),
      mixinMergeStrategy: (fields, context) => ({ ...context, ...fields }),
    },
    {
      write: (line: string) => {
        write(redact(line));
      },
    },
  );
}

/** Synchronous, so that the last lines of a process that ends are not lost; waits where a full pipe would refuse. */
function toStandardOutput(line: string): void {
  const bytes = Buffer.from(line);
  let offset = 0;
  while (offset < bytes.length) {
    try {
      offset += writeSync(1, bytes, offset);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EPIPE') return; // nobody reads any more
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
