import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Secret } from '@octant/platform/config/secret';
import { systemClock } from '@octant/platform/time/system-clock';
import type { DatasourceConfig } from '@octant/trading/config/datasource-config';
import { InputError } from '../interruption.js';

/** The executor's venue, as far as it is used here. */
export interface ExecutorVenue {
  close(): Promise<void>;
}

interface Question {
  readonly order: { readonly symbol: string; readonly price: string; readonly orderId: string } | undefined;
  readonly now: () => number;
  readonly say: (line: string) => void;
}

/** The trade executor's way to an exchange, as far as it is used here. */
interface ExecutorModules {
  openCcxtVenue(options: object): Promise<ExecutorVenue>;
  checkVenue(venue: ExecutorVenue, question: Question): Promise<{ readonly problems: readonly string[] }>;
  venueKeysOf(datasource: DatasourceConfig, env: Readonly<Record<string, string | undefined>>): Record<string, Secret>;
}

/** These lie with what the user gave; the others with the network or the exchange. */
const INPUT_CODES: ReadonlySet<unknown> = new Set(['unsupported_venue', 'no_sandbox', 'missing_credentials']);

/** Loads the built executor: the launcher is not built on an agent. */
export async function loadExecutor(root: string): Promise<ExecutorModules> {
  const load = async (name: string): Promise<object> => {
    const path = join(root, 'agents', 'trade-executor', 'dist', 'venue', `${name}.js`);
    return (await import(pathToFileURL(path).href)) as object;
  };
  const parts = await Promise.all([load('open-ccxt-venue'), load('check-venue'), load('venue-options')]);
  return Object.assign({}, ...parts) as ExecutorModules;
}

export interface VenueChoice {
  readonly datasource: DatasourceConfig;
  readonly sandbox: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** @throws InputError for an exchange that is not traded at, a sandbox that there is not, or keys that are not set. */
export async function openExecutorVenue(executor: ExecutorModules, choice: VenueChoice): Promise<ExecutorVenue> {
  const { datasource, sandbox, env } = choice;
  const id = datasource.exchange;
  try {
    return await executor.openCcxtVenue({
      ...{ id, sandbox, clock: systemClock, logger: silent, limits: unlimited },
      apiUrl: env[`${id.toUpperCase()}_API_URL`],
      keys: executor.venueKeysOf(datasource, env),
    });
  } catch (error) {
    const isInput = error instanceof Error && 'code' in error && INPUT_CODES.has(error.code);
    throw isInput ? new InputError(error.message, { cause: error }) : error;
  }
}

/** A check is a few requests; the pauses that ccxt would make between them spoil what is found out of the clock. */
const all = { take: () => Promise.resolve(), feedBack: () => Promise.resolve() };
const unlimited = { requests: all, orders: all, weights: { markets: 1, order: 1, cancel: 1, query: 1, history: 1 } };
const silent = { warn: (): void => undefined };
