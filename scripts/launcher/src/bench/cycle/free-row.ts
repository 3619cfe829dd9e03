import { AGENTS } from '../../fleet/agents.js';
import { findFreePort, isPortFree } from '../../servers/free-port.js';

const HIGHEST_PORT = 65_528;

/** The first of as many neighbouring free ports as there are agents. */
export async function freeRow(): Promise<number> {
  for (;;) {
    const base = await findFreePort();
    if (base > HIGHEST_PORT) continue;
    const free = await Promise.all(AGENTS.map((_, index) => isPortFree(base + index)));
    if (free.every(Boolean)) return base;
  }
}
