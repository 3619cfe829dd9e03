#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkNode, prepare, root } from './prepare.js';

checkNode();
process.exitCode = await bench(process.argv.slice(2));

/** `node scripts/bench.js <name> [flags]`. */
async function bench([name = '', ...args]) {
  const file = join(root, 'scripts', 'launcher', 'dist', 'bench', name, 'main.js');
  const source = join(root, 'scripts', 'launcher', 'src', 'bench', name, 'main.ts');
  if (!/^[a-z-]+$/.test(name) || !existsSync(source)) {
    process.stderr.write(`expected the name of a benchmark such as cycle, was ${JSON.stringify(name)}\n`);
    return 2;
  }
  // Standard output is for the figures: what is said before them may be somebody's JSON otherwise.
  const code = await prepare((line) => process.stderr.write(`${line}\n`));
  if (code !== 0) return code;
  const { main } = await import(pathToFileURL(file).href);
  return main(args);
}
