import type { Identified } from '@octant/platform/bus/encode-message';
import type { Clock } from '@octant/platform/time/clock';
import type { Instrument } from '@octant/trading/market/instrument';
import type { Logger } from 'pino';
import { isoNow } from '../account/desk.js';
import type { Stamp } from '../account/order-messages.js';
import type { LiveStore } from '../adapters/live-store.js';
import type { Venue, VenueMarket } from '@octant/venue/venue';
import type { BooksWork } from './books-work.js';
import type { LiveCrashPoint, LiveFailpoint } from './crash-points.js';
import type { ExposureGate } from './exposure-gate.js';
import type { LiveMetrics } from './live-metrics.js';
import type { LiveSettings } from './live-settings.js';
import type { SharedTurns } from './shared-turns.js';

/** What one part of the machine asks of another, at once and without waiting. */
export interface LiveSignals {
  /** There may be an order to send. */
  readonly send: () => void;
  /** There may be an order to cancel. */
  readonly cancel: () => void;
  /** What exits protect has changed. */
  readonly exits: () => void;
  /** A part of an order has come to something. */
  readonly parts: () => void;
  /** There may be fills that nobody told of. */
  readonly poll: (symbol: string) => void;
}

export interface ClientIds {
  /** A function of the desk's order id, in the venue's charset and length. */
  readonly of: (orderId: string) => string;
  /** Whether an id at the venue is one of a desk's. */
  readonly isOurs: (clientOrderId: string) => boolean;
}

/** What the live order machine works with. */
export interface LiveDesk {
  readonly store: LiveStore;
  readonly venue: Venue;
  readonly gate: ExposureGate;
  readonly metrics: LiveMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: () => LiveSettings;
  /** Of the configuration, where the venue has not told its own yet. */
  readonly instruments: () => ReadonlyMap<string, Instrument>;
  /** What the venue told of its markets last; empty before. */
  readonly markets: () => ReadonlyMap<string, VenueMarket>;
  /** Publishes messages that are committed; what fails waits in the outbox. */
  readonly announce: (messages: readonly Identified[]) => void;
  /** Base quantity that a market traded in the last 24 hours, where the venue has told. */
  readonly dayVolumes: () => ReadonlyMap<string, string>;
  readonly signals: LiveSignals;
  /** Client order ids at this venue. */
  readonly clientIds: ClientIds;
  /** One writer of the books at a time in this process: others would wait for the account's lock anyway. */
  readonly books: SharedTurns<BooksWork>;
  /** Who claims, unique to the process; without a slash. */
  readonly owner: string;
  readonly random: () => number;
  readonly failpoint?: LiveFailpoint | undefined;
}

export async function pass(desk: Pick<LiveDesk, 'failpoint'>, point: LiveCrashPoint): Promise<void> {
  await desk.failpoint?.(point);
}

export function stampOf(desk: Pick<LiveDesk, 'venue' | 'clock'>): Stamp {
  return { exchange: desk.venue.id, ts: isoNow(desk.clock) };
}
