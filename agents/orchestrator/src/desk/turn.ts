import type { AgentsPort } from '../adapters/agents-port.js';
import type { OrchestratorSettings } from '../config.js';
import type { Drafts } from './desk-store.js';

/** One turn of the desk: the drafts, and all that a decision may look at. */
export interface Turn extends Drafts {
  readonly settings: OrchestratorSettings;
  readonly agents: AgentsPort;
  /** Wall clock, epoch ms. */
  readonly nowMs: number;
  /** Called for each order that is sent, with the ms since its candle was published. */
  readonly onOrder: (sincePublishedMs: number) => void;
  /** Called when an agent could not be asked: the step waits and is tried again soon. */
  readonly onStalled: (error: Error) => void;
  /**
   * What this turn changes must not be forgotten: desk and sessions are written to Postgres before anybody hears of it.
   * For the end of a step, and for all that nothing else would lead to again.
   */
  readonly keep: () => void;
}

/** `ts` and `traceId` of a message published in this turn. */
export function stamp(turn: { readonly nowMs: number }, traceId: string): { ts: string; traceId: string } {
  return { ts: new Date(turn.nowMs).toISOString(), traceId };
}
