import { randomUUID } from 'node:crypto';
import { chmodSync, chownSync, existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { READERS_GID, inventory } from './inventory.js';

/**
 * Makes `.env` of `.env.example` and each missing file of `secrets/`: random values, and empty files for integrations that
 * are off until somebody sets them. Says on a line each what it made, never a value. What is there stays as it is, also
 * when it is empty.
 */
export function prepareSecrets(folder, say) {
  const made = (file, what) => say(`${file}: ${what}`);
  const env = join(folder, '.env');
  if (addFile(env, readFileSync(join(folder, '.env.example'), 'utf8'), 0o600)) {
    // The backup is one of the readers, and takes it along. No secret is in it.
    giveToReaders(env, { readers: 0o640, all: 0o644 });
    made('.env', 'made from .env.example');
  }
  const secrets = join(folder, 'secrets');
  mkdirSync(secrets, { recursive: true });
  // A checkout has the folder already, and anybody may enter it.
  chmodSync(secrets, 0o700);
  for (const { name, make, use } of inventory) {
    const file = join(secrets, name);
    if (!addFile(file, make === undefined ? '' : make(), 0o600)) continue;
    giveToReaders(file, { readers: 0o440, all: 0o444 });
    made(`secrets/${name}`, make === undefined ? `empty until you set it (${use})` : `made at random (${use})`);
  }
}

/** Writes a file that is not there yet, whole or not at all; two runs at once end with one value. */
function addFile(file, text, mode) {
  if (existsSync(file)) return false;
  const part = `${file}.${randomUUID()}`;
  writeFileSync(part, text, { mode, flag: 'wx' });
  try {
    linkSync(part, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(part);
  }
}

/**
 * Root gives the file to the group that the containers' processes have. Anybody else cannot: all may read it then, behind a
 * folder that nobody else may enter, until the service `secrets` gives it to the group.
 */
function giveToReaders(file, modes) {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(file, 0, READERS_GID);
  chmodSync(file, isRoot ? modes.readers : modes.all);
}
