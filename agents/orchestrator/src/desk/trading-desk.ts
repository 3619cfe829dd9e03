import type { HandlerResult } from '@octant/platform/bus/subscription';
import type { Publisher } from '@octant/platform/agent/definition';
import { TransientError } from '@octant/platform/errors/errors';
import type { Clock } from '@octant/platform/time/clock';
import type { AgentsPort } from '../adapters/agents-port.js';
import type { OrchestratorSettings } from '../config.js';
import type { DeskStore } from './desk-store.js';
import type { Turn } from './turn.js';

/** All turns of the desk run one after the other under this key of the group `orchestrator`. */
export const DESK_LANE = 'desk';

export interface TradingDeskParts {
  readonly store: DeskStore;
  readonly agents: AgentsPort;
  readonly clock: Clock;
  readonly settings: () => OrchestratorSettings;
  readonly onOrder: (sincePublishedMs: number) => void;
  readonly onStalled: (error: Error) => void;
}

type Work<Result> = (turn: Turn) => Promise<Result> | Result;

/** Runs turns: opens the drafts, lets `work` change them, hands back what is to be committed. */
export class TradingDesk {
  readonly #parts: TradingDeskParts;

  constructor(parts: TradingDeskParts) {
    this.#parts = parts;
  }

  /** A turn whose writes and messages a handler returns. `also` names sessions that need not be running. */
  async turn(work: Work<void>, also: readonly string[] = []): Promise<HandlerResult> {
    const { drafts, seen } = await this.#parts.store.open(also);
    await work(this.#turnOf(drafts));
    return this.#parts.store.result(drafts, seen);
  }

  /** A turn from outside a handler, committed here; the caller holds the lane. @throws TransientError after three stale commits. */
  async turnNow<Result>(bus: Publisher, work: Work<Result>, also: readonly string[] = []): Promise<Result> {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const { drafts, seen } = await this.#parts.store.open(also);
      const result = await work(this.#turnOf(drafts));
      const { state, onCommitted } = this.#parts.store.close(drafts, seen);
      if (state.length === 0 && drafts.messages.length === 0) return result;
      if ((await bus.commit({ messages: drafts.messages, state })) === 'ok') {
        onCommitted();
        return result;
      }
    }
    throw new TransientError('the desk changed three times while this was decided; try again', { code: 'stale' });
  }

  #turnOf(drafts: Pick<Turn, 'desk' | 'sessions' | 'messages'>): Turn {
    const { agents, clock, settings, onOrder, onStalled } = this.#parts;
    return { ...drafts, agents, onOrder, onStalled, settings: settings(), nowMs: clock.now() };
  }
}
