import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, foldersOfPath } from './find-program.js';
import { lastLine, runProgram, type ProgramResult } from './run-program.js';
import { refusesInstalling, type ServerSearch } from './server-plan.js';

/**
 * Downloads a package of the system's archive, with what it needs and the system lacks, and unpacks it all below
 * `<home>/programs`, as the ordinary user that we are: nothing of the system changes.
 * Resolves to the unpacked root, or `undefined` after saying why not.
 */
export async function unpackDebianPackage(search: ServerSearch, name: string): Promise<string | undefined> {
  const target = join(search.home, 'programs', name);
  if (existsSync(target)) return target;
  const path = foldersOfPath(search.env['PATH']);
  if (findProgram('apt-get', path) === undefined || findProgram('dpkg-deb', path) === undefined) return undefined;
  if (refusesInstalling(search.env)) {
    search.say(`  OCTANT_NO_INSTALL is set: ${name} is not fetched from the system's packages`);
    return undefined;
  }
  search.say(
    `  fetching ${name} from the system's packages, unpacked below ${target} (refuse with OCTANT_NO_INSTALL=1)`,
  );
  const work = join(search.home, 'programs', `${name}.download`);
  rmSync(work, { recursive: true, force: true });
  for (const folder of ['archives/partial', 'lists/partial', 'cache/archives/partial', 'root']) {
    mkdirSync(join(work, folder), { recursive: true });
  }
  try {
    const problem = (await download(work, name, false)) ?? (await unpack(work));
    if (problem !== undefined) {
      search.say(`  ${name} could not be had from the system's packages: ${problem}`);
      return undefined;
    }
    renameSync(join(work, 'root'), target);
    return target;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Where the unpacked programs find their libraries. */
export function libraryPath(root: string): string {
  const bases = [join(root, 'usr', 'lib'), join(root, 'lib')].filter((base) => existsSync(base));
  const architectures = bases.flatMap((base) =>
    readdirSync(base)
      .filter((name) => name.includes('-linux-gnu'))
      .map((name) => join(base, name)),
  );
  return [...architectures, ...bases].join(':');
}

/** With the system's package lists first; they may be empty (a slim image) or stale: then with lists of our own. */
async function download(work: string, name: string, ownLists: boolean): Promise<string | undefined> {
  const options = aptOptions(work, ownLists);
  if (ownLists) {
    const update = await apt(work, [...options, 'update']);
    if (update.code !== 0) return lastLine(update);
  }
  const list = await apt(work, [...options, 'install', '--print-uris', '-qq', '-y', '--no-install-recommends', name]);
  const packages = parsePrintedUris(list.stdout);
  const result = packages.length === 0 ? list : await apt(work, [...options, 'download', ...packages]);
  if (result.code === 0 && packages.length > 0) return undefined;
  return ownLists ? lastLine(result) : download(work, name, true);
}

function apt(work: string, args: readonly string[]): Promise<ProgramResult> {
  return runProgram('apt-get', args, {
    cwd: join(work, 'archives'),
    env: { LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
    timeoutMs: 180_000,
  });
}

function aptOptions(work: string, ownLists: boolean): readonly string[] {
  const options = [
    'Debug::NoLocking=1',
    `Dir::Cache=${join(work, 'cache')}`,
    'Acquire::Retries=2',
    'Acquire::http::Timeout=20',
    'Acquire::https::Timeout=20',
    ...(process.getuid?.() === 0 ? ['APT::Sandbox::User=root'] : []),
    ...(ownLists ? [`Dir::State::lists=${join(work, 'lists')}`] : []),
  ];
  return options.flatMap((option) => ['-o', option]);
}

/** Package names in the answer of `apt-get install --print-uris`. */
export function parsePrintedUris(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const name = /^'[^']+' ([^_ ]+)_[^ ]*\.deb /.exec(line)?.[1];
    return name === undefined ? [] : [name];
  });
}

async function unpack(work: string): Promise<string | undefined> {
  const archives = readdirSync(join(work, 'archives')).filter((name) => name.endsWith('.deb'));
  for (const archive of archives) {
    const result = await runProgram('dpkg-deb', ['-x', join(work, 'archives', archive), join(work, 'root')]);
    if (result.code !== 0) return lastLine(result);
  }
  return undefined;
}
