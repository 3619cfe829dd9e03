#!/usr/bin/env node
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkNode, prepare, root } from './prepare.js';

checkNode();
// ccxt keeps its connections open for a while: the answer does not wait for them.
process.exit(await venueCheck(process.argv.slice(2)));

/** `node scripts/venue-check.js --exchange ID [flags]`: what only the real exchange can show. */
async function venueCheck(args) {
  // Standard output is for the result: what is said before it may be somebody's JSON otherwise.
  const code = await prepare((line) => process.stderr.write(`${line}\n`));
  if (code !== 0) return code;
  const { main } = await import(
    pathToFileURL(join(root, 'scripts', 'launcher', 'dist', 'venue-check', 'main.js')).href
  );
  return main(args);
}
