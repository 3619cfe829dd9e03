import { systemClock } from '@octant/platform/time/system-clock';
import type { DatasourceConfig } from '@octant/trading/config/datasource-config';
import { openCcxtVenue } from '@octant/venue/open-ccxt-venue';
import type { Venue } from '@octant/venue/venue';
import { venueKeysOf } from '@octant/venue/venue-options';
import { pino } from 'pino';
import { InputError } from '../interruption.js';

/** These lie with what the user gave; the others with the network or the exchange. */
const INPUT_CODES: ReadonlySet<unknown> = new Set(['unsupported_venue', 'no_sandbox', 'missing_credentials']);

export interface VenueChoice {
  readonly datasource: DatasourceConfig;
  readonly sandbox: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** @throws InputError for an exchange that is not traded at, a sandbox that there is not, or keys that are not set. */
export async function openAccount({ datasource, sandbox, env }: VenueChoice): Promise<Venue> {
  const id = datasource.exchange;
  try {
    return await openCcxtVenue({
      ...{ id, sandbox, clock: systemClock, logger: pino({ level: 'silent' }), limits: unlimited },
      apiUrl: env[`${id.toUpperCase()}_API_URL`],
      keys: venueKeysOf(datasource, env),
    });
  } catch (error) {
    const isInput = error instanceof Error && 'code' in error && INPUT_CODES.has(error.code);
    throw isInput ? new InputError(error.message, { cause: error }) : error;
  }
}

/** A check is a few requests; the pauses that ccxt would make between them spoil what is found out of the clock. */
const all = { take: () => Promise.resolve(), feedBack: () => Promise.resolve() };
const unlimited = { requests: all, orders: all, weights: { markets: 1, order: 1, cancel: 1, query: 1, history: 1 } };
