import { setTimeout as sleep } from 'node:timers/promises';
import { readRecords, removeRecord, type ProcessRecord } from './process-record.js';
import { isProcess, signal } from './process-table.js';

/** Servers end after the agents that use them. */
const LAST = new Set(['redis', 'postgres']);
const POLL_MS = 20;

/**
 * Ends what a killed launcher left running, as the records in the folder tell; a process that only got the id of one
 * of ours is left alone. Returns those that it ended.
 */
export async function endOrphans(folder: string, graceMs = 10_000): Promise<readonly string[]> {
  const records = [...readRecords(folder)];
  const found = records.filter(([, { pid, mark }]) => isProcess(pid, mark));
  for (const isLast of [false, true]) {
    const group = found.filter(([name]) => LAST.has(name) === isLast);
    await Promise.all(group.map(([, record]) => endProcess(record, graceMs)));
  }
  for (const [name] of records) removeRecord(folder, name);
  return found.map(([name, { pid }]) => `${name} (pid ${pid})`);
}

async function endProcess({ pid, mark, stopSignal }: ProcessRecord, graceMs: number): Promise<void> {
  const deadline = performance.now() + graceMs;
  signal(pid, stopSignal);
  while (isProcess(pid, mark) && performance.now() < deadline) await sleep(POLL_MS);
  if (!isProcess(pid, mark)) return;
  signal(pid, 'SIGKILL');
  while (isProcess(pid, mark)) await sleep(POLL_MS);
}
