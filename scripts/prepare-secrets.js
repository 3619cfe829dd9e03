#!/usr/bin/env node
import { dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareSecrets } from '../deploy/secrets/prepare-secrets.js';

// `npm ci` runs this as `prepare`. Inside of somebody's node_modules there is no desk to set up.
const root = dirname(dirname(fileURLToPath(import.meta.url)));
if (!root.split(sep).includes('node_modules')) prepareSecrets(root, (line) => process.stdout.write(`${line}\n`));
