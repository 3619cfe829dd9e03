import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Path of the first executable file of that name in the folders. */
export function findProgram(name: string, folders: readonly string[]): string | undefined {
  const names = process.platform === 'win32' ? [`${name}.exe`, name] : [name];
  for (const folder of folders) {
    for (const candidate of names) {
      const path = join(folder, candidate);
      if (isExecutable(path)) return path;
    }
  }
  return undefined;
}

/** Folders of a `PATH` variable. */
export function foldersOfPath(path: string | undefined): readonly string[] {
  return (path ?? '').split(delimiter).filter((folder) => folder !== '');
}

/** `bin` folders of PostgreSQL as Debian lays it out, newest major version first; it keeps the server off the PATH. */
export function debianPostgresFolders(base = '/usr/lib/postgresql'): readonly string[] {
  try {
    const majors = readdirSync(base).filter((name) => /^\d+$/.test(name));
    return majors.sort((a, b) => Number(b) - Number(a)).map((major) => join(base, major, 'bin'));
  } catch {
    return []; // no such folder: not Debian, or no PostgreSQL
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
