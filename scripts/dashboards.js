#!/usr/bin/env node
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkNode, prepare, root } from './prepare.js';

checkNode();
const code = await prepare((line) => process.stderr.write(`${line}\n`));
if (code === 0) {
  const { main } = await import(pathToFileURL(join(root, 'scripts', 'launcher', 'dist', 'dashboards', 'main.js')).href);
  process.exitCode = main(process.argv.slice(2));
} else {
  process.exitCode = code;
}
