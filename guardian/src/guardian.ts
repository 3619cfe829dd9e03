import type { Clock } from '@octant/platform/time/clock';
import type { Venue } from '@octant/venue/venue';
import type { Logger } from 'pino';
import { cancelAll, isExitOf } from './cancel-all.js';
import type { GuardianSettings } from './config.js';
import { mayWind, type DeadMan } from './dead-man.js';
import {
  completeWatch,
  decideWatch,
  firstWatch,
  mayAct,
  silentForMs,
  type Sighting,
  type Watch,
} from './decide-watch.js';
import { flatten, type Flattened } from './flatten.js';
import type { GuardianMetrics } from './guardian-metrics.js';
import type { LatchFile, Trip } from './latch.js';
import type { Notice } from './notices.js';
import { openWork, type Work } from './work.js';

export interface GuardianParts {
  readonly venue: Venue;
  readonly settings: GuardianSettings;
  readonly look: () => Promise<Sighting>;
  readonly deadMan: DeadMan;
  readonly latch: LatchFile;
  readonly say: (notice: Notice) => void;
  readonly metrics: GuardianMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly stopping: AbortSignal;
}

/** Watches one executor at one venue, and acts in its place when it is silent. */
export class Guardian {
  readonly #parts: GuardianParts;
  #watch: Watch;
  #trip: Trip | undefined;
  #working: Promise<void> | undefined;
  /** The alarm whose work this process has not begun, and nobody before it. */
  #unbegun: string | undefined;
  #recheckMs = 0;

  /** Goes on where the latch says that another was. @throws Error for a latch that is none. */
  constructor(parts: GuardianParts) {
    this.#parts = parts;
    this.#watch = firstWatch(parts.clock.monotonic());
    const latch = parts.latch.read();
    this.#trip = latch?.trip;
    if (latch === undefined || latch.venue !== parts.venue.id) return;
    const { phase, lastBeatAtMs, alarmId } = latch;
    this.#watch = { ...this.#watch, phase, lastBeatAtMs, ...(alarmId === undefined ? {} : { alarmId }) };
  }

  get watch(): Watch {
    return this.#watch;
  }

  get trip(): Trip | undefined {
    return this.#trip;
  }

  /** Looks once, and begins what follows from it. Never throws. */
  async tick(): Promise<void> {
    const { look, settings, metrics, clock } = this.#parts;
    const sighting = await look();
    this.#enter(decideWatch(this.#watch, sighting, settings));
    metrics.observe(this.#watch.phase, silentForMs(this.#watch, clock.monotonic()));
    if (mayWind(this.#watch, sighting, settings.afterMs)) void this.#parts.deadMan.wind();
    this.#work();
  }

  /** Waits for what is under way; a timer of an executor that lives is ended, so that nobody's orders are lost to a restart. */
  async stop(): Promise<void> {
    await this.#working;
    if (this.#watch.phase === 'watching' || this.#watch.phase === 'idle') await this.#parts.deadMan.end();
  }

  #enter(next: Watch): void {
    const before = this.#watch;
    this.#watch = next;
    if (before.phase === next.phase) return;
    const { settings, metrics, clock, venue, logger, deadMan } = this.#parts;
    logger.info({ from: before.phase, to: next.phase, venue: venue.id }, `the guardian is ${next.phase}`);
    if (next.phase === 'acting' && before.phase !== 'acting') {
      this.#unbegun = next.alarmId;
      this.#trip = {
        ...{ alarmId: next.alarmId ?? '', sinceIso: new Date(clock.now()).toISOString() },
        ...{ canceled: 0, sold: [], left: [] },
      };
      metrics.tripped();
      const seconds = Math.round(silentForMs(next, clock.monotonic()) / 1000);
      this.#say('critical', 'acting', `The executor has been silent for ${String(seconds)} s: ${whatItDoes(settings)}`);
    }
    if (before.phase === 'tripped' && next.phase !== 'tripped') {
      this.#say('info', 'over', 'The executor is back: the guardian watches again');
    }
    if (before.phase === 'acting' && next.phase === 'watching') {
      this.#say('warning', 'stood-down', 'The executor came back before all was done: the guardian leaves it to it');
    }
    if (next.phase === 'idle') void deadMan.end();
    this.#save();
  }

  #work(): void {
    if (this.#working !== undefined) return;
    const { clock, settings } = this.#parts;
    const isRecheck = this.#watch.phase === 'tripped' && this.#watch.backSinceMs === undefined;
    if (isRecheck && clock.monotonic() - this.#recheckMs < settings.afterMs) return;
    if (!isRecheck && !mayAct(this.#watch)) return;
    this.#working = (isRecheck ? this.#cancelLate() : this.#act())
      .catch((error: unknown) => {
        this.#parts.logger.error({ err: error }, 'what the guardian was doing failed, it begins again');
      })
      .finally(() => {
        this.#working = undefined;
      });
  }

  async #act(): Promise<void> {
    const { venue, settings, clock } = this.#parts;
    const alarmId = this.#watch.alarmId ?? '';
    const resumed = this.#unbegun !== alarmId;
    this.#unbegun = undefined;
    const work = this.#openWork(() => mayAct(this.#watch));
    const done = await cancelAll(venue, work, (order) => settings.keepExits && isExitOf(venue, order));
    if (done === undefined) return;
    this.#count(done.canceled.length);
    const options = { quote: settings.quote, keep: settings.keep, alarmId, resumed };
    const flattened = settings.flatten ? await flatten(venue, work, options) : { sold: [], left: [] };
    if (flattened === undefined || this.#trip === undefined) return;
    this.#trip = { ...this.#trip, doneIso: new Date(clock.now()).toISOString(), ...copied(flattened) };
    this.#recheckMs = clock.monotonic();
    const { canceled: count, sold, left } = this.#trip;
    const open = done.kept === 0 ? 'No order' : `No order but ${String(done.kept)} that protect positions`;
    this.#say('critical', 'tripped', `${open} is open any more: ${String(count)} cancelled, ${describe(sold, left)}`);
    this.#enter(completeWatch(this.#watch));
  }

  /** Requests that were under way when the executor died may reach the venue later. */
  async #cancelLate(): Promise<void> {
    const { venue, settings, clock } = this.#parts;
    const work = this.#openWork(() => this.#watch.phase === 'tripped' && this.#watch.backSinceMs === undefined);
    const done = await cancelAll(venue, work, (order) => settings.keepExits && isExitOf(venue, order));
    this.#recheckMs = clock.monotonic();
    if (done === undefined || done.canceled.length === 0) return;
    this.#count(done.canceled.length);
  }

  #count(canceled: number): void {
    this.#parts.metrics.canceled(canceled);
    if (this.#trip !== undefined) this.#trip = { ...this.#trip, canceled: this.#trip.canceled + canceled };
    this.#save();
  }

  #openWork(isWanted: () => boolean): Work {
    const { logger, clock, stopping } = this.#parts;
    return openWork({ logger, clock, stopping, goesOn: () => !stopping.aborted && isWanted() });
  }

  #say(severity: Notice['severity'], what: string, message: string): void {
    const { venue, say } = this.#parts;
    const alarmId = this.#trip?.alarmId ?? '';
    const context = { venue: venue.id, ...this.#trip };
    say({ id: `guardian:${venue.id}:${alarmId}:${what}`, severity, message, context });
  }

  #save(): void {
    const { latch, venue, logger } = this.#parts;
    const { phase, lastBeatAtMs, alarmId } = this.#watch;
    try {
      latch.write({
        ...{ version: 1, phase, venue: venue.id, lastBeatAtMs },
        ...(alarmId === undefined ? {} : { alarmId }),
        ...(this.#trip === undefined ? {} : { trip: this.#trip }),
      });
    } catch (error) {
      // Orders are not to stay open for a full disk.
      logger.error({ err: error }, 'the latch cannot be written: a guardian started now would not know of this');
    }
  }
}

function whatItDoes({ flatten: sells, keepExits }: GuardianSettings): string {
  if (keepExits) return 'open orders are cancelled, but for the exits that protect what is held';
  return sells ? 'all open orders are cancelled and holdings sold' : 'all open orders are cancelled';
}

function copied({ sold, left }: Flattened): Pick<Trip, 'sold' | 'left'> {
  return { sold: [...sold], left: [...left] };
}

function describe(sold: Trip['sold'], left: Trip['left']): string {
  const sales = sold.map(({ symbol, qty }) => `${qty} of ${symbol}`).join(', ');
  const rest = left.map(({ currency, free }) => `${free} ${currency}`).join(', ');
  return `sold ${sales === '' ? 'nothing' : sales}${rest === '' ? '' : `, left ${rest}`}`;
}
