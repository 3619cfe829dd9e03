import type { DeskOverview, Session } from '../desk/desk-overview.js';

export interface AgentLine {
  readonly name: string;
  /** `ready`, what it waits for, `down`, or `restarting`. */
  readonly state: string;
  readonly url: string;
  readonly residentBytes: number | undefined;
  readonly restarts: number;
}

export interface ServerLine {
  readonly name: string;
  /** Where it came from, for people. */
  readonly origin: string;
  readonly residentBytes: number | undefined;
  /** `undefined` for a given one, which nobody here restarts. */
  readonly restarts: number | undefined;
}

/** Everything the live screen shows; what is unknown yet is absent. */
export interface ScreenState {
  readonly nowMs: number;
  readonly startedAtMs: number;
  readonly agents: readonly AgentLine[];
  readonly servers: readonly ServerLine[];
  readonly session: Session | undefined;
  /** `paper`, or the exchange that the executor trades at; undefined before it has said so. */
  readonly exchange: string | undefined;
  readonly overview: DeskOverview | undefined;
  /** Why there is no fresh overview. */
  readonly overviewProblem: string | undefined;
  /** Deaths, restarts and the like, the newest last. */
  readonly events: readonly { readonly atMs: number; readonly text: string }[];
  readonly hints: readonly string[];
}
