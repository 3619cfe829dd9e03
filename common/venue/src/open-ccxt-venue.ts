import { PermanentError } from '@octant/platform/errors/errors';
import type { Clock } from '@octant/platform/time/clock';
import type { Logger } from 'pino';
import { CcxtVenue } from './ccxt-venue.js';
import { openCcxtClient, type VenueKeys } from './ccxt-venue-client.js';
import type { VenueDialect } from './venue-api.js';
import { openVenueRequests, type VenueLimits } from './venue-requests.js';
import type { Venue } from './venue.js';

export interface CcxtVenueOptions {
  /** `binance` or `kraken`. */
  readonly id: string;
  readonly keys: VenueKeys;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  readonly sandbox?: boolean;
  /** Another host for all endpoints, sockets included. */
  readonly apiUrl?: string | undefined;
  /** Without them ccxt spaces the requests itself. */
  readonly limits?: VenueLimits | undefined;
  /** Called when the venue is closed. */
  readonly onClose?: (() => void) | undefined;
  /** How long an answer is waited for. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;

/** Only the chosen one's code is loaded. */
const dialects: Readonly<Record<string, () => Promise<VenueDialect>>> = {
  binance: async () => (await import('./binance/binance-api.js')).binanceDialect,
  kraken: async () => (await import('./kraken/kraken-api.js')).krakenDialect,
};

/**
 * Opens one account at one venue; nothing is asked of it yet.
 * @throws PermanentError `unsupported_venue`; `no_sandbox` where the venue has none.
 */
export async function openCcxtVenue(options: CcxtVenueOptions): Promise<Venue> {
  const { id, keys, clock, logger, limits, onClose } = options;
  const load = Object.hasOwn(dialects, id) ? dialects[id] : undefined;
  if (load === undefined) {
    throw new PermanentError(
      `exchange: expected one of ${Object.keys(dialects).join(', ')}, was ${JSON.stringify(id)}`,
      {
        code: 'unsupported_venue',
      },
    );
  }
  const dialect = await load();
  const client = await openCcxtClient({
    ...{ id, keys, apiUrl: options.apiUrl, sandbox: options.sandbox ?? false },
    pacesItself: limits === undefined,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    now: () => clock.now(),
  });
  const ask = openVenueRequests({ client, judge: dialect.judge, limits, logger, now: () => clock.now() });
  return new CcxtVenue({ dialect, client, ask, clock, onClose });
}
