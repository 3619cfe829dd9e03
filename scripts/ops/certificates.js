import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from './call-desk.js';

const script = join(dirname(fileURLToPath(import.meta.url)), '..', 'certs', 'certs.sh');
const BAD_INPUT = 2;

/** Runs scripts/certs/certs.sh, which prints what it did. @throws InputError or Error with its words when it refuses or fails. */
export function runCerts(args) {
  const { status, stderr, error } = spawnSync('sh', [script, ...args], {
    stdio: ['ignore', 'inherit', 'pipe'],
    encoding: 'utf8',
  });
  if (error) throw error;
  if (status === BAD_INPUT) throw new InputError(stderr.trim());
  if (status !== 0) throw new Error(stderr.trim());
}
