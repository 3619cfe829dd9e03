#!/usr/bin/env node
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkNode, prepare, root } from './prepare.js';

checkNode();
process.exitCode = await start();

async function start() {
  const code = await prepare((line) => process.stdout.write(`${line}\n`));
  if (code !== 0) return code;
  const launcher = pathToFileURL(join(root, 'scripts', 'launcher', 'dist', 'main.js'));
  const { main } = await import(launcher.href);
  return main(process.argv.slice(2));
}
