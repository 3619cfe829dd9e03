import type { Clock } from '@octant/platform/time/clock';
import { reasonOf } from './classify-failure.js';
import type { CcxtVenueClient } from './ccxt-venue-client.js';
import type { FeedReader } from './venue-api.js';
import type { VenueEvent } from './venue.js';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** A connection over which the venue has not begun to tell by then is given up. */
const SUBSCRIBE_MS = 15_000;

export interface VenueFeedParts {
  readonly client: Pick<CcxtVenueClient, 'handleMessage' | 'close'>;
  readonly clock: Clock;
  readonly nextUpdate: () => Promise<unknown>;
  readonly openReader: () => FeedReader;
}

/** How a connection ended. */
interface Ended {
  readonly reason: string;
  readonly wasSubscribed: boolean;
}

/**
 * Orders and fills over the socket until the signal aborts. ccxt connects, signs and keeps alive; what comes is read here
 * from the venue's own messages, because ccxt's order structures leave out what it cannot place. A gap is told when the
 * socket is lost and again when it tells anew: what happened in between has to be asked for then.
 */
export async function watchVenue(
  parts: VenueFeedParts,
  listener: (event: VenueEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const isStopped = (): boolean => signal.aborted;
  for (let failures = 0; !isStopped();) {
    const { reason, wasSubscribed } = await oneConnection(parts, listener, signal);
    if (isStopped()) return;
    listener({ type: 'gap', reason });
    failures = wasSubscribed ? 0 : failures + 1;
    await parts.clock.sleep(pauseMs(failures), signal);
  }
}

/** Half to all of a pause that doubles, so that many do not come back at once. */
export function pauseMs(failures: number, random: () => number = Math.random): number {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures, 10));
  return Math.round(longest * (0.5 + random() / 2));
}

async function oneConnection(
  { client, clock, nextUpdate, openReader }: VenueFeedParts,
  listener: (event: VenueEvent) => void,
  signal: AbortSignal,
): Promise<Ended> {
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);
  const reader = openReader();
  let wasSubscribed = false;
  const lost = new Promise<string>((resolve) => {
    client.handleMessage = heardBy(client.handleMessage, (message) => {
      if (until.aborted) {
        // A connection that was on its way when it was to be closed.
        if (signal.aborted) void closeQuietly(client);
        return;
      }
      const reading = reader.read(message);
      if (reading.subscribed === true && !wasSubscribed) {
        wasSubscribed = true;
        listener({ type: 'gap', reason: 'the feed begins' });
      }
      for (const event of reading.events) listener(event);
      if (reading.lost !== undefined) resolve(reading.lost);
    });
    const silent = async (): Promise<void> => {
      await clock.sleep(SUBSCRIBE_MS, until);
      if (!wasSubscribed) resolve('the venue did not begin to tell of orders');
    };
    void silent();
    until.addEventListener('abort', () => {
      resolve('stopped');
    });
    updatesOf(nextUpdate, until).then(resolve, (error: unknown) => {
      resolve(reasonOf(error));
    });
  });
  const reason = await lost;
  over.abort();
  await closeQuietly(client);
  return { reason, wasSubscribed };
}

/** Asks for one update after the other, which keeps ccxt's subscription and throws when the socket is lost. */
async function updatesOf(nextUpdate: () => Promise<unknown>, until: AbortSignal): Promise<string> {
  while (!until.aborted) await nextUpdate();
  return 'stopped';
}

const originals = new WeakMap<CcxtVenueClient['handleMessage'], CcxtVenueClient['handleMessage']>();

/** ccxt's own handler with ours before it; ours replaces the one of the connection before. */
function heardBy(
  handler: CcxtVenueClient['handleMessage'],
  hear: (message: unknown) => void,
): CcxtVenueClient['handleMessage'] {
  const original = originals.get(handler) ?? handler;
  const hearing = function (this: unknown, socket: unknown, message: unknown): void {
    hear(message);
    original.call(this, socket, message);
  };
  originals.set(hearing, original);
  return hearing;
}

async function closeQuietly(client: Pick<CcxtVenueClient, 'close'>): Promise<void> {
  try {
    await client.close();
  } catch {
    // It is lost already.
  }
}
