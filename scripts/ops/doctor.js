import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '..', '..');
const program = join(root, 'scripts', 'launcher', 'dist', 'doctor', 'main.js');

/** `ops doctor`: builds it where it is not built yet; an image brings it along. Resolves to the exit code. */
export async function runDoctor(argv) {
  if (existsSync(join(root, 'tsconfig.json'))) {
    const { checkNode, prepare } = await import('../prepare.js');
    checkNode();
    const code = await prepare((line) => process.stderr.write(`${line}\n`));
    if (code !== 0) return code;
  }
  const { main } = await import(pathToFileURL(program).href);
  return main(argv);
}
