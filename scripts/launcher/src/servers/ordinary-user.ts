import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { SystemUser } from './server-plan.js';

/** Users that a database may be run under, in order of preference. */
const CANDIDATES = ['postgres', 'nobody'];

/** PostgreSQL refuses to run as root: the user to drop to, or `undefined` when this process is not root's. */
export function findOrdinaryUser(passwd = '/etc/passwd'): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = parsePasswd(readFileSync(passwd, 'utf8'));
  for (const name of CANDIDATES) {
    const user = users.find((candidate) => candidate.name === name && candidate.uid !== 0);
    if (user !== undefined) return user;
  }
  throw new Error(`expected a user ${CANDIDATES.join(' or ')} in ${passwd} to run PostgreSQL under, was none`);
}

export function parsePasswd(text: string): readonly SystemUser[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    if (name === undefined || uid === undefined || gid === undefined) return [];
    return [{ name, uid: Number(uid), gid: Number(gid) }];
  });
}

/** Whether the user may enter this folder and every folder above it. */
export function isReachable(folder: string, user: SystemUser | undefined): boolean {
  if (user === undefined) return true;
  for (let path = resolve(folder); ; path = dirname(path)) {
    if (!mayEnter(path, user)) return false;
    if (path === dirname(path)) return true;
  }
}

function mayEnter(folder: string, user: SystemUser): boolean {
  const { mode, uid, gid } = statSync(folder);
  if (uid === user.uid) return (mode & 0o100) !== 0;
  if (gid === user.gid) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
}
