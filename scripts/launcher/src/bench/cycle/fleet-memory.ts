import { existsSync, readFileSync } from 'node:fs';
import type { Fleet } from '../../fleet/fleet.js';

/**
 * Summed proportional set size of the agents in MB: pages that processes share are divided among them. `undefined` where
 * the system does not tell (only Linux does).
 */
export function fleetMemoryMb(fleet: Fleet): number | undefined {
  let totalKb = 0;
  for (const { process } of fleet.agents) {
    const file = `/proc/${String(process.pid)}/smaps_rollup`;
    if (!existsSync(file)) return undefined;
    const match = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(file, 'utf8'));
    if (match === null) return undefined;
    totalKb += Number(match[1]);
  }
  return totalKb / 1024;
}
