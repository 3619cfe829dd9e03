import { PermanentError } from '@octant/platform/errors/errors';
import type { Clock } from '@octant/platform/time/clock';
import { openHeartbeatReader } from '@octant/venue/heartbeat';
import { openCcxtVenue } from '@octant/venue/open-ccxt-venue';
import type { KeyRights, Venue } from '@octant/venue/venue';
import type { Logger } from 'pino';
import type { GuardianSettings } from './config.js';
import { DeadMan } from './dead-man.js';
import type { Watch } from './decide-watch.js';
import type { GuardianEnvironment } from './environment.js';
import type { GuardianMetrics } from './guardian-metrics.js';
import { Guardian } from './guardian.js';
import { LatchFile, type Trip } from './latch.js';
import { Notices } from './notices.js';
import { Witnesses } from './witnesses.js';

const RIGHTS_AGAIN_MS = 30_000;

export interface GuardParts {
  readonly settings: GuardianSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: GuardianMetrics;
  readonly stopping: AbortSignal;
}

/** A guardian with its venue, its witnesses and its latch. */
export interface Guard {
  readonly venueId: string;
  readonly watch: () => Watch;
  readonly trip: () => Trip | undefined;
  readonly deadMan: DeadMan;
  /** Undefined until the venue has told. */
  readonly rights: () => KeyRights | undefined;
  /** Rejects when the key turns out to be one that it must not have. */
  readonly failed: Promise<never>;
  tick(): Promise<void>;
  stop(): Promise<void>;
}

/** @throws PermanentError `unsupported_venue`; Error for a latch that is none. */
export async function openGuard(env: GuardianEnvironment, parts: GuardParts): Promise<Guard> {
  const { settings, clock, logger, metrics, stopping } = parts;
  const { keys, redisUrl, prefix } = env;
  if (keys === undefined) throw new PermanentError('expected a key, was none', { code: 'missing_credentials' });
  const venue = await openCcxtVenue({
    ...{ id: settings.exchange, keys, clock, logger },
    // No shared rate budget: it is kept in Redis, which may be away.
    apiUrl: env.env[`${settings.exchange.toUpperCase()}_API_URL`],
  });
  const notices = new Notices({ redisUrl, prefix, logger, clock });
  const heartbeats = openHeartbeatReader({ redisUrl, prefix, logger });
  const witnesses = new Witnesses({
    ...{ heartbeats, executorUrl: env.executorUrl, venue: venue.id, now: () => clock.monotonic() },
    onTrouble: (trouble) => {
      logger.warn(trouble);
    },
  });
  const deadMan = new DeadMan({ venue, deadManMs: settings.deadManMs, clock, logger });
  const guardian = new Guardian({
    ...{ venue, settings, deadMan, metrics, clock, logger, stopping },
    latch: new LatchFile(env.stateFile),
    look: () => witnesses.look(),
    say: (notice) => {
      notices.say(notice);
    },
  });
  let rights: KeyRights | undefined;
  const failed = refuseWrongKey(venue, { ...parts, onRights: (told) => (rights = told) });
  return {
    venueId: venue.id,
    watch: () => guardian.watch,
    trip: () => guardian.trip,
    deadMan,
    rights: () => rights,
    failed,
    tick: async () => {
      await guardian.tick();
      void notices.flush();
    },
    stop: async () => {
      await guardian.stop();
      await notices.flush();
      notices.close();
      heartbeats.close();
      await venue.close();
    },
  };
}

/** Asks what the key may do until the venue tells; a venue that is away keeps nobody from watching. */
async function refuseWrongKey(
  venue: Venue,
  { clock, logger, stopping, onRights }: GuardParts & { readonly onRights: (rights: KeyRights) => void },
): Promise<never> {
  while (!stopping.aborted) {
    try {
      const rights = await venue.keyRights();
      checkRights(rights);
      onRights(rights);
      logger.info(rights, `the key may trade at ${venue.id}, and withdrawing is ${told(rights.mayWithdraw)}`);
      break;
    } catch (error) {
      if (error instanceof PermanentError && error.code === 'unfit_key') throw error;
      logger.warn({ err: error }, 'the rights of the key cannot be asked for, asking again');
      await clock.sleep(RIGHTS_AGAIN_MS, stopping);
    }
  }
  return new Promise(() => undefined);
}

function checkRights({ mayTrade, mayWithdraw }: KeyRights): void {
  if (mayWithdraw === true) throw unfit('expected a key that may not withdraw, was one that may');
  if (mayTrade === false) throw unfit('expected a key that may cancel and sell, was one that may not trade');
}

function unfit(message: string): PermanentError {
  return new PermanentError(`GUARDIAN_API_KEY: ${message}`, { code: 'unfit_key' });
}

function told(mayWithdraw: boolean | undefined): string {
  return mayWithdraw === undefined ? 'not told' : 'not allowed';
}
