#!/usr/bin/env node
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkNode, prepare, root } from './prepare.js';

checkNode();
await guardian();

/** `node scripts/guardian.js`: the guardian of a desk that trades live; see guardian/README.md for its environment. */
async function guardian() {
  const code = await prepare((line) => process.stderr.write(`${line}\n`));
  if (code !== 0) process.exit(code);
  process.env.CONFIG_DIR ??= join(root, 'config');
  process.env.OPENAPI_DIR ??= join(root, 'openapi');
  process.env.GUARDIAN_STATE_FILE ??= join(root, '.octant', 'guardian', 'state.json');
  await import(pathToFileURL(join(root, 'guardian', 'dist', 'main.js')).href);
}
