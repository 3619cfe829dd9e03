import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ConfigError } from './config-error.js';

/**
 * The nearest folder `name` in `from` or a folder above it.
 * @throws ConfigError that names the variable which would give it.
 */
export function findUpward(name: string, { from, variable }: { from: string; variable: string }): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, name);
    if (statSync(candidate, { throwIfNoEntry: false })?.isDirectory() === true) return candidate;
    if (folder === dirname(folder)) {
      throw new ConfigError([
        `environment: ${variable}: expected a folder, or ${name}/ in ${from} or above, was nothing`,
      ]);
    }
  }
}
