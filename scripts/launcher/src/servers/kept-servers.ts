import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { findFreePort } from './free-port.js';
import type { ServerName, ServerPlan, ServerSearch } from './server-plan.js';

const keptServers = z.record(z.string(), z.object({ url: z.string() }));

/** Writes the servers' URLs to `run/servers.json` (0600): for other tools, and so that the ports stay the same. */
export function keepServers(home: string, plans: readonly ServerPlan[]): void {
  const servers = Object.fromEntries(plans.map(({ name, url, origin }) => [name, { url, origin }]));
  mkdirSync(join(home, 'run'), { recursive: true });
  writeFileSync(join(home, 'run', 'servers.json'), `${JSON.stringify(servers, null, 2)}\n`, { mode: 0o600 });
}

/** The port that the server had at the last start when it is free, else a free one. */
export async function choosePort(search: ServerSearch, name: ServerName): Promise<number> {
  return findFreePort(readKeptPort(search.home, name));
}

export function readKeptPort(home: string, name: ServerName): number | undefined {
  const url = readKeptUrl(home, name);
  const port = url === undefined ? NaN : Number(new URL(url).port);
  return port > 0 ? port : undefined;
}

/** URL of the server at the last start; undefined when there was none. */
export function readKeptUrl(home: string, name: ServerName): string | undefined {
  const file = join(home, 'run', 'servers.json');
  if (!existsSync(file)) return undefined;
  try {
    const url = keptServers.parse(JSON.parse(readFileSync(file, 'utf8')))[name]?.url;
    return url !== undefined && URL.canParse(url) ? url : undefined;
  } catch {
    return undefined; // cut short by a crash: only the preference for a port is lost
  }
}
