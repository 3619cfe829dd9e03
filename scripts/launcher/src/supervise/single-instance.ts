import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { commandLineOf, isProcess } from './process-table.js';

const lockRecord = z.object({ pid: z.int().min(2), commandLine: z.string().min(1), note: z.string() });

/** Another launcher works in the same folder; the message says which. */
export class AlreadyRunningError extends Error {
  constructor(pid: number, note: string) {
    super(`a desk is running in this folder already (pid ${pid})${note === '' ? '' : `: ${note}`}`);
    this.name = 'AlreadyRunningError';
  }
}

/**
 * Takes the folder for this process and returns how to give it back. A lock whose process is gone, or is another
 * program by now, counts for nothing. `note` is what the next one is told.
 * @throws AlreadyRunningError
 */
export function takeFolder(folder: string, note: string): () => void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'desk.lock.json');
  const holder = readLock(file);
  if (holder !== undefined && holder.pid !== process.pid && isProcess(holder.pid, [holder.commandLine])) {
    throw new AlreadyRunningError(holder.pid, holder.note);
  }
  rmSync(file, { force: true });
  const record = { pid: process.pid, commandLine: commandLineOf(process.pid) ?? process.execPath, note };
  // `wx`: of two that start at the same moment one fails here.
  writeFileSync(file, `${JSON.stringify(record)}\n`, { flag: 'wx' });
  writeFileSync(join(folder, 'desk.pid'), `${process.pid}\n`);
  return () => {
    rmSync(file, { force: true });
    rmSync(join(folder, 'desk.pid'), { force: true });
  };
}

function readLock(file: string): z.infer<typeof lockRecord> | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return lockRecord.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined; // cut short by a crash
  }
}
