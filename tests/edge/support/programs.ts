import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program that the edge's tests use where the machine has it. */
interface Program {
  /** Variable that names its file. */
  readonly variable: string;
  /** Names under which it is looked for on the PATH. */
  readonly names: readonly string[];
}

const known = {
  traefik: { variable: 'TRAEFIK_BIN', names: ['traefik'] },
  oauth2Proxy: { variable: 'OAUTH2_PROXY_BIN', names: ['oauth2-proxy'] },
  chromium: { variable: 'CHROME_BIN', names: ['chromium', 'chromium-browser', 'google-chrome'] },
  openssl: { variable: 'OPENSSL_BIN', names: ['openssl'] },
} as const satisfies Record<string, Program>;

export type ProgramName = keyof typeof known;

/** The program's file: from its variable, else from the PATH; undefined where there is none. */
export function findProgram(name: ProgramName): string | undefined {
  const { variable, names } = known[name];
  const given = process.env[variable];
  if (given !== undefined && given !== '') return isProgram(given) ? given : undefined;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return names.flatMap((program) => folders.map((folder) => join(folder, program))).find(isProgram);
}

/** @throws Error naming the variable that would give it. */
export function getProgram(name: ProgramName): string {
  const found = findProgram(name);
  if (found !== undefined) return found;
  const { variable, names } = known[name];
  throw new Error(`expected ${names[0]} on the PATH or in ${variable}, was none`);
}

/** What is absent of these, in words for the name of a skipped test; undefined when all are there. */
export function missingPrograms(...names: readonly ProgramName[]): string | undefined {
  const absent = names.filter((name) => findProgram(name) === undefined);
  if (absent.length === 0) return undefined;
  return absent.map((name) => `${known[name].names[0]} is not on the PATH nor in ${known[name].variable}`).join(', ');
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not to be run
  }
}
