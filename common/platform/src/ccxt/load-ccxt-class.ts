import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PermanentError } from '../errors/errors.js';

/** A class of ccxt, of whose instances the caller says what it uses. */
export type CcxtConstructor<Client extends object> = new (options: Record<string, unknown>) => Client;

type ErrorClass = new (...parameters: never[]) => Error;

/**
 * Loads one class of ccxt by its id, with its sockets where they are wanted and it has them. Only that class's files are
 * loaded: ccxt's entry point would load more than a hundred. Its `exports` hide the single files, so the path is taken from
 * the package's place.
 *
 * @throws PermanentError `unknown_exchange` when ccxt has no such id.
 */
export async function loadCcxtClass<Client extends object>(
  id: string,
  wantsSockets: boolean,
): Promise<CcxtConstructor<Client>> {
  if (!/^[a-z0-9]+$/.test(id)) throw unknownId(id);
  const file = wantsSockets && existsSync(ccxtPath(`pro/${id}.js`)) ? `pro/${id}.js` : `${id}.js`;
  try {
    const loaded = (await import(pathToFileURL(ccxtPath(file)).href)) as { default?: CcxtConstructor<Client> };
    if (loaded.default === undefined) throw unknownId(id);
    return loaded.default;
  } catch (error) {
    throw unknownId(id, error);
  }
}

/** Base class of ccxt's failures that may pass. */
export async function loadNetworkError(): Promise<ErrorClass> {
  const url = pathToFileURL(ccxtPath('base/errors.js')).href;
  const { NetworkError } = (await import(url)) as { NetworkError: ErrorClass };
  return NetworkError;
}

function ccxtPath(path: string): string {
  const entry = createRequire(import.meta.url).resolve('ccxt');
  return join(dirname(entry), '..', 'js', 'src', path);
}

function unknownId(id: string, cause?: unknown): PermanentError {
  const message = `exchange: expected replay, simulator or the id of a ccxt exchange, was ${JSON.stringify(id)}`;
  return new PermanentError(message, { code: 'unknown_exchange', cause });
}
