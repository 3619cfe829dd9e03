import { ConfigError } from './config-error.js';
import type { ConfigSpec } from './config-spec.js';
import { findUpward } from './find-upward.js';
import { readConfig } from './read-config.js';
import type { Variables } from './secret-files.js';

/** Argument of a program that has it read its configuration and end: for `doctor`, and before an upgrade. */
export const CHECK_CONFIG = '--check-config';

/**
 * Reads the configuration (`CONFIG_DIR`, else the nearest `config`) as a start would, and does nothing else. Tells every problem
 * on standard error. Returns the exit code: 0 the program would start with it, 2 it would not.
 */
export function checkConfig<Config>(name: string, spec: ConfigSpec<Config>, env: Variables = process.env): 0 | 2 {
  try {
    const dir = env['CONFIG_DIR'] ?? findUpward('config', { from: process.cwd(), variable: 'CONFIG_DIR' });
    readConfig(spec, dir);
    process.stdout.write(`${name}: the configuration in ${dir} can be read\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${name}: ${error.problems.join('\n  ')}\n`);
    return 2;
  }
}
