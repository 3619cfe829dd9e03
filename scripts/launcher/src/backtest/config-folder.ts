import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the checkout. */
export const CHECKOUT = fileURLToPath(new URL('../../../..', import.meta.url)).replace(/\/$/, '');

/** The folder of the configuration that `npm start` would read. */
export function configFolder(): string {
  return resolve(process.env['CONFIG_DIR'] ?? join(CHECKOUT, 'config'));
}
