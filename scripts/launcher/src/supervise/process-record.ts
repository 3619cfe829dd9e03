import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const RECORD = '.process.json';

const processRecord = z.object({
  pid: z.int().min(2),
  /** Parts of its command line; another program that got the same process id has not all of them. */
  mark: z.array(z.string()).min(1),
  stopSignal: z.enum(['SIGTERM', 'SIGINT']),
});
export type ProcessRecord = z.infer<typeof processRecord>;

/** Writes `<name>.pid` for people and scripts, and beside it what an orphan is known by after a crash of the launcher. */
export function writeRecord(folder: string, name: string, record: ProcessRecord): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}${RECORD}`), `${JSON.stringify(record)}\n`);
  writeFileSync(join(folder, `${name}.pid`), `${record.pid}\n`);
}

export function removeRecord(folder: string, name: string): void {
  rmSync(join(folder, `${name}.pid`), { force: true });
  rmSync(join(folder, `${name}${RECORD}`), { force: true });
}

/** Records that are left in the folder, by name; an unreadable one (cut short by a crash) is passed over. */
export function readRecords(folder: string): ReadonlyMap<string, ProcessRecord> {
  const records = new Map<string, ProcessRecord>();
  if (!existsSync(folder)) return records;
  for (const file of readdirSync(folder).filter((name) => name.endsWith(RECORD))) {
    const record = processRecord.safeParse(parseJson(readFileSync(join(folder, file), 'utf8')));
    if (record.success) records.set(file.slice(0, -RECORD.length), record.data);
  }
  return records;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the schema refuses it
  }
}
