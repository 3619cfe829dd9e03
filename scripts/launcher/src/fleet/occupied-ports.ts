import { isPortFree } from '../servers/free-port.js';
import { AGENTS, type AgentName } from './agents.js';

/** A port that an agent needs is taken; the message names both and the remedy. */
export class OccupiedPortError extends Error {
  constructor(taken: readonly (readonly [AgentName, number])[], suggestion: number) {
    const list = taken.map(([agent, port]) => `${port} (${agent})`).join(', ');
    super(
      `expected free ports for the agents on 127.0.0.1, ${taken.length === 1 ? 'was taken' : 'were taken'}: ${list}. ` +
        `End what listens there, or choose others: npm start -- --base-port ${suggestion}`,
    );
    this.name = 'OccupiedPortError';
  }
}

/** @throws OccupiedPortError when one of the ports is taken. */
export async function checkPorts(ports: ReadonlyMap<AgentName, number>): Promise<void> {
  const checked = await Promise.all([...ports].map(async (entry) => ({ entry, free: await isPortFree(entry[1]) })));
  const taken = checked.filter(({ free }) => !free).map(({ entry }) => entry);
  if (taken.length > 0) throw new OccupiedPortError(taken, await suggestBasePort(Math.max(...ports.values())));
}

/** A base port above the taken ones whose whole row is free. */
async function suggestBasePort(above: number): Promise<number> {
  for (let base = Math.ceil((above + 1) / 100) * 100 + 1; base < 65_000; base += 100) {
    const row = await Promise.all(AGENTS.map((_, index) => isPortFree(base + index)));
    if (row.every(Boolean)) return base;
  }
  return 7101;
}
