import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dropDesk } from '../desk/drop-desk.js';
import type { ServerPair } from '../servers/server-pair.js';
import { replayDesk } from './replay-id.js';

const FOLDER = /^replay-(\d{14}_[0-9a-f]{4})$/;
const KEEP = 'keep';

/** A replay's folder below `run`: while it is there, so are the replay's keys and schema. */
export function openReplayFolder(run: string, id: string, isKept: boolean): string {
  const folder = join(run, `replay-${id}`);
  mkdirSync(folder, { recursive: true });
  if (isKept) writeFileSync(join(folder, KEEP), '');
  return folder;
}

/** Drops what replays left behind that were killed before they could. Returns their ids. */
export async function dropLeftovers(run: string, servers: ServerPair, except: string): Promise<readonly string[]> {
  const names = existsSync(run) ? readdirSync(run) : [];
  const ids = names.flatMap((name) => FOLDER.exec(name)?.[1] ?? []).filter((id) => id !== except);
  for (const id of ids) {
    const folder = join(run, `replay-${id}`);
    if (!existsSync(join(folder, KEEP))) await dropDesk(servers, replayDesk(id));
    rmSync(folder, { recursive: true });
  }
  return ids;
}
