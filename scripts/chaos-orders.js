#!/usr/bin/env node
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkNode, prepare, root } from './prepare.js';

checkNode();
process.exitCode = await chaos(process.argv.slice(2));

/** `node scripts/chaos-orders.js [flags]`: kills the executor while the exchange misbehaves, and accounts for every order. */
async function chaos(args) {
  // Standard output is for the result: what is said before it may be somebody's JSON otherwise.
  const code = await prepare((line) => process.stderr.write(`${line}\n`));
  if (code !== 0) return code;
  const { main } = await import(
    pathToFileURL(join(root, 'scripts', 'launcher', 'dist', 'chaos-orders', 'main.js')).href
  );
  return main(args);
}
