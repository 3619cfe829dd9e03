#!/usr/bin/env node
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkNode, prepare, root } from './prepare.js';

checkNode();
process.exitCode = await lookahead(process.argv.slice(2));

/** `node scripts/lookahead.js [flags]`: re-runs every signal of a strategy on truncated data. */
async function lookahead(args) {
  // Standard output is for the result: what is said before it may be somebody's JSON otherwise.
  const code = await prepare((line) => process.stderr.write(`${line}\n`));
  if (code !== 0) return code;
  const { main } = await import(pathToFileURL(join(root, 'scripts', 'launcher', 'dist', 'lookahead', 'main.js')).href);
  return main(args);
}
