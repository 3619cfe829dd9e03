import type { Clock } from '@octant/platform/time/clock';
import type { OrchestratorSettings } from '../config.js';
import type { DeskStore } from '../desk/desk-store.js';
import type { Turn } from '../desk/turn.js';

/** What the routes need of the desk. */
export interface DeskRoutes {
  readonly store: DeskStore;
  readonly clock: Clock;
  readonly settings: () => OrchestratorSettings;
  /** Runs a turn in the desk's lane and commits it. */
  readonly change: <Result>(
    work: (turn: Turn) => Promise<Result> | Result,
    also?: readonly string[],
  ) => Promise<Result>;
}
