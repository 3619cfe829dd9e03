import { createHash } from 'node:crypto';
import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isReachable } from './ordinary-user.js';
import type { ServerSearch, SystemUser } from './server-plan.js';

/**
 * Folder for what the user must reach: the desk's own, or, where that is closed to it (a checkout below /root), one
 * in /var/lib or the system's temporary folder, always the same for the same desk.
 */
export function reachableFolder(search: ServerSearch, user: SystemUser | undefined): string {
  if (isReachable(search.home, user)) return search.home;
  const name = `octant-${createHash('sha256').update(search.home).digest('hex').slice(0, 10)}`;
  const folder = join(isWritable('/var/lib') ? '/var/lib' : tmpdir(), name);
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  const owner = statSync(folder).uid;
  if (owner !== process.getuid?.()) throw new Error(`expected ${folder} to be ours, was owned by uid ${owner}`);
  search.say(`  ${search.home} is closed to the user ${user?.name ?? ''}: the database's files go to ${folder}`);
  return folder;
}

export function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
