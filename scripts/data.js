#!/usr/bin/env node
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkNode, prepare, root } from './prepare.js';

checkNode();
process.exitCode = await data(process.argv.slice(2));
// A question to an exchange that was interrupted would keep the process waiting for its answer.
if (process.exitCode === 130) process.exit();

/** `node scripts/data.js fetch|import|export|list|verify [flags]`: candles in, out, and what is wrong with them. */
async function data(args) {
  // Standard output is for the result: what is said before it may be somebody's JSON otherwise.
  const code = await prepare((line) => process.stderr.write(`${line}\n`));
  if (code !== 0) return code;
  const { main } = await import(pathToFileURL(join(root, 'scripts', 'launcher', 'dist', 'data', 'main.js')).href);
  return main(args);
}
