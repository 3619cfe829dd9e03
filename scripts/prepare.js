import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the checkout. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const LEAST_NODE = [20, 19];
const installStamp = join(root, 'node_modules', '.octant-lock');
const buildStamp = join(root, 'node_modules', '.octant-build');
const sourceFolders = ['common', 'agents', 'guardian', 'deploy/migrate', 'scripts/launcher', 'tests/support/exchange'];

/** Ends the process with a clear message when Node is too old. */
export function checkNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1])) return;
  process.stderr.write(
    `Octant needs Node ${LEAST_NODE.join('.')} or newer, this is ${version}: see https://nodejs.org\n`,
  );
  process.exit(1);
}

/**
 * Installs the packages when they are missing or the lock file has changed, and builds when a source is newer than
 * the last build. Resolves to the exit code: 0, 1, or 130 when interrupted.
 */
export async function prepare(say) {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (!isInstalled(lock)) {
    say('Installing packages (npm ci), once after a clone or an update …');
    const code = await run(...npmCi());
    if (code !== 0)
      return failed(say, code, 'npm ci failed, see above. It needs the npm registry, or a filled npm cache.');
    writeFileSync(installStamp, lock);
  }
  const sources = describeSources();
  if (readStamp(buildStamp) !== sources || !isBuilt()) {
    say('Building (tsc -b) …');
    const code = await run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b', root]);
    if (code !== 0) return failed(say, code, 'The build failed, see above.');
    writeFileSync(buildStamp, sources);
  }
  return 0;
}

/** Runs a program in the checkout with this terminal; resolves to its exit code, 130 when it was interrupted. */
export function run(command, args, env = process.env) {
  return new Promise((resolve) => {
    // The terminal sends Ctrl-C to the whole group: this process must outlive the program to pass its exit code on.
    const wait = () => {};
    const pass = () => child.kill('SIGTERM');
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', env });
    process.on('SIGINT', wait);
    process.on('SIGTERM', pass);
    const settle = (code) => {
      process.off('SIGINT', wait);
      process.off('SIGTERM', pass);
      resolve(code);
    };
    child.on('error', (error) => {
      process.stderr.write(`${command}: ${error.message}\n`);
      settle(1);
    });
    child.on('exit', (code, signal) => settle(signal === 'SIGINT' || signal === 'SIGTERM' ? 130 : (code ?? 1)));
  });
}

function npmCi() {
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-audit', '--no-fund'];
  return npm?.endsWith('.js') ? [process.execPath, [npm, ...args]] : ['npm', args];
}

function failed(say, code, message) {
  if (code === 130) return 130;
  say(message);
  return 1;
}

/** npm itself leaves `.package-lock.json`: packages that somebody installed by hand count when they are not older. */
function isInstalled(lock) {
  const stamp = readStamp(installStamp);
  if (stamp !== undefined) return stamp === lock;
  const theirs = join(root, 'node_modules', '.package-lock.json');
  return existsSync(theirs) && statSync(theirs).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
}

function isBuilt() {
  return existsSync(join(root, 'scripts', 'launcher', 'dist', 'main.js'));
}

function readStamp(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** A hash over name, size and time of every source: it changes when one is edited, added or removed. */
function describeSources() {
  const hash = createHash('sha256');
  for (const folder of sourceFolders) addFolder(join(root, folder), hash);
  for (const file of ['tsconfig.json', 'tsconfig.base.json']) addFile(join(root, file), hash);
  return hash.digest('hex');
}

function addFolder(folder, hash) {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name === 'node_modules' || entry.name === 'dist') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) addFolder(path, hash);
    else if (/\.(ts|lua|json)$/.test(entry.name) && !entry.name.endsWith('.test.ts')) addFile(path, hash);
  }
}

function addFile(path, hash) {
  const { size, mtimeMs } = statSync(path);
  hash.update(`${path} ${size} ${mtimeMs}\n`);
}
