import type { HeartbeatReader } from '@octant/venue/heartbeat';
import type { Sighting } from './decide-watch.js';

const ANSWER_MS = 2_000;

export interface WitnessOptions {
  readonly heartbeats: HeartbeatReader;
  /** Where the executor's HTTP is; without it, its answers are no witness. */
  readonly executorUrl: string | undefined;
  /** The venue that is guarded: what an executor does elsewhere says nothing of it. */
  readonly venue: string;
  /** Monotonic ms. */
  readonly now: () => number;
  /** Told once for each change of what cannot be read. */
  readonly onTrouble: (trouble: string) => void;
}

/** Both ways to see whether the executor lives. */
export class Witnesses {
  readonly #options: WitnessOptions;
  #lastAtMs: number | undefined;
  #trouble = '';

  constructor(options: WitnessOptions) {
    this.#options = options;
  }

  /** Looks at both at once; never throws. */
  async look(): Promise<Sighting> {
    const [heartbeat, answers] = await Promise.all([this.#heartbeat(), this.#answers()]);
    return { nowMs: this.#options.now(), heartbeat, answers };
  }

  async #heartbeat(): Promise<Sighting['heartbeat']> {
    const { heartbeats, venue } = this.#options;
    let reading;
    try {
      reading = await heartbeats.read();
    } catch (error) {
      this.#tell(`the heartbeat cannot be read: ${error instanceof Error ? error.message : String(error)}`);
      return { kind: 'unreadable' };
    }
    if (reading !== undefined && reading.beat.venue !== venue) {
      this.#tell(`expected an executor that trades at ${venue}, was one at ${reading.beat.venue}`);
      return { kind: 'silent' };
    }
    this.#tell('');
    // Its age counts once: whether one follows another is seen without any clock.
    if (reading === undefined || reading.beat.atMs === this.#lastAtMs) return { kind: 'silent' };
    this.#lastAtMs = reading.beat.atMs;
    return { kind: 'beat', live: reading.beat.live, ageMs: reading.ageMs, atMs: reading.beat.atMs };
  }

  async #answers(): Promise<boolean> {
    const { executorUrl } = this.#options;
    if (executorUrl === undefined) return false;
    try {
      const response = await fetch(new URL('/livez', executorUrl), { signal: AbortSignal.timeout(ANSWER_MS) });
      await response.body?.cancel();
      return response.ok;
    } catch {
      // However it fails, it is no sign of life.
      return false;
    }
  }

  #tell(trouble: string): void {
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    if (trouble !== '') this.#options.onTrouble(trouble);
  }
}
