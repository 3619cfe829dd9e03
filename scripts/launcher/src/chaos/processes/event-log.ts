import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';

/**
 * `started` a handler run, `failed` it (the entry parks or is dead-lettered), `committed` its effect; `overlapped` = ran
 * beside another message of its key, which must not be.
 */
export type EventKind = 'started' | 'failed' | 'committed' | 'overlapped';

/** What a worker did, when. */
export interface WorkerEvent {
  readonly pid: number;
  readonly atMs: number;
  readonly kind: EventKind;
  readonly group: string;
  readonly entryId: string;
  readonly messageId: string;
}

/** Appends events to a file by themselves: what was written before a SIGKILL stays. */
export class EventLog {
  readonly #descriptor: number;

  constructor(file: string) {
    this.#descriptor = openSync(file, 'a', 0o600);
  }

  write(kind: EventKind, group: string, message: { readonly entryId: string; readonly id: string }): void {
    writeSync(this.#descriptor, `${[process.pid, Date.now(), kind, group, message.entryId, message.id].join('\t')}\n`);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** Events of a file in the order they were written. */
export function readEvents(file: string): WorkerEvent[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [pid, atMs, kind, group, entryId, messageId] = line.split('\t');
      if (group === undefined || entryId === undefined || messageId === undefined) return [];
      return [{ pid: Number(pid), atMs: Number(atMs), kind: kind as EventKind, group, entryId, messageId }];
    });
}
