import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { commandLineOf, isProcess } from './process-table.js';

/** How to reach the desk that a launcher runs. */
const runningDesk = z.object({ analystUrl: z.string(), schema: z.string() });
export type RunningDesk = z.infer<typeof runningDesk>;

const lockRecord = z.object({
  pid: z.int().min(2),
  commandLine: z.string().min(1),
  note: z.string(),
  desk: runningDesk.optional(),
});

type LockRecord = z.infer<typeof lockRecord>;

/** Another launcher works in the same folder; the message says which. */
export class AlreadyRunningError extends Error {
  constructor(pid: number, note: string) {
    super(`a desk is running in this folder already (pid ${pid})${note === '' ? '' : `: ${note}`}`);
    this.name = 'AlreadyRunningError';
  }
}

/**
 * Takes the folder for this process and returns how to give it back. A lock whose process is gone, or is another
 * program by now, counts for nothing. `note` is what the next one is told; `desk` what this one runs.
 * @throws AlreadyRunningError
 */
export function takeFolder(folder: string, note: string, desk?: RunningDesk): () => void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'desk.lock.json');
  const holder = readLock(file);
  if (isHeld(holder)) {
    throw new AlreadyRunningError(holder.pid, holder.note);
  }
  rmSync(file, { force: true });
  const record = { pid: process.pid, commandLine: commandLineOf(process.pid) ?? process.execPath, note, desk };
  // `wx`: of two that start at the same moment one fails here.
  writeFileSync(file, `${JSON.stringify(record)}\n`, { flag: 'wx' });
  writeFileSync(join(folder, 'desk.pid'), `${process.pid}\n`);
  return () => {
    rmSync(file, { force: true });
    rmSync(join(folder, 'desk.pid'), { force: true });
  };
}

/** The desk that another launcher runs in the folder; undefined when none does. */
export function findRunningDesk(folder: string): RunningDesk | undefined {
  const holder = readLock(join(folder, 'desk.lock.json'));
  return isHeld(holder) ? holder.desk : undefined;
}

function isHeld(holder: LockRecord | undefined): holder is LockRecord {
  return holder !== undefined && holder.pid !== process.pid && isProcess(holder.pid, [holder.commandLine]);
}

function readLock(file: string): LockRecord | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return lockRecord.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined; // cut short by a crash
  }
}
