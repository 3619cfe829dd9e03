import type { Publisher } from '@octant/platform/agent/definition';
import type { HandlerResult } from '@octant/platform/bus/subscription';
import { TransientError } from '@octant/platform/errors/errors';
import type { Clock } from '@octant/platform/time/clock';
import type { AgentsPort } from '../adapters/agents-port.js';
import type { OrchestratorSettings } from '../config.js';
import { isDerived, type CheckpointStore } from './checkpoint.js';
import type { Cached, DeskStore, Drafts } from './desk-store.js';
import { takeOverCheckpoint } from './take-over-checkpoint.js';
import type { Turn } from './turn.js';

/** All turns of the desk run one after the other under this key of the group `orchestrator`. */
export const DESK_LANE = 'desk';

export interface TradingDeskParts {
  readonly store: DeskStore;
  readonly checkpoints: CheckpointStore;
  readonly bus: Publisher;
  readonly agents: AgentsPort;
  readonly clock: Clock;
  readonly settings: () => OrchestratorSettings;
  readonly onOrder: (sincePublishedMs: number) => void;
  readonly onStalled: (error: Error) => void;
}

type Work<Result> = (turn: Turn) => Promise<Result> | Result;

interface Opened {
  readonly drafts: Drafts;
  readonly seen: ReadonlyMap<string, Cached>;
  readonly turn: Turn;
  readonly mustKeep: () => boolean;
}

/** A desk at rest has no step whose end would keep what was said meanwhile. */
const MOST_UNKEPT = 500;

/**
 * Runs turns: opens the drafts, lets `work` change them, hands back what is to be committed. A turn that asked to be kept is
 * in Postgres before it is in Redis; when the second is not known to have happened, the next turn compares the two, and
 * what Postgres has stands.
 */
export class TradingDesk {
  readonly #parts: TradingDeskParts;
  #settled = false;

  constructor(parts: TradingDeskParts) {
    this.#parts = parts;
  }

  /** Whether Redis is known to have all that Postgres has; false at the start. */
  get settled(): boolean {
    return this.#settled;
  }

  /** A turn whose writes and messages a handler returns. `also` names sessions that need not be running. */
  async turn(work: Work<void>, also: readonly string[] = []): Promise<HandlerResult> {
    const opened = await this.#open(also);
    await work(opened.turn);
    const kept = await this.#keep(opened);
    if (kept === 'late') throw new TransientError('a checkpoint overtook this turn', { code: 'stale_state' });
    const { state, onCommitted } = this.#parts.store.close(opened.drafts, opened.seen);
    return {
      messages: opened.drafts.messages,
      state,
      onCommitted: () => {
        onCommitted();
        if (kept === 'kept') this.#settled = true;
      },
    };
  }

  /**
   * A turn from outside a handler, committed here; the caller holds the lane. A turn that was kept has happened, even when
   * Redis cannot be told at the moment. @throws TransientError after three stale commits.
   */
  async turnNow<Result>(work: Work<Result>, also: readonly string[] = []): Promise<Result> {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const opened = await this.#open(also);
      const result = await work(opened.turn);
      const kept = await this.#keep(opened);
      if (kept === 'late') continue;
      if ((await this.#commit(opened, kept === 'kept')) === 'done') return result;
    }
    throw new TransientError('the desk changed three times while this was decided; try again', { code: 'stale' });
  }

  /**
   * Redis has lost what it had, or some of it: puts desk and sessions back where Postgres is ahead, and asks again for all
   * that they wait for.
   */
  async rebuild(redis: Parameters<typeof takeOverCheckpoint>[0]['redis']): Promise<void> {
    this.#settled = false;
    const open = (drafts: Drafts): Turn => this.#turnOf(drafts).turn;
    await takeOverCheckpoint({ redis, checkpoints: this.#parts.checkpoints, open, after: 'loss' });
    this.#parts.store.forget();
  }

  async #open(also: readonly string[]): Promise<Opened> {
    if (!this.#settled) await this.#settle();
    const { drafts, seen } = await this.#parts.store.open(also);
    return { drafts, seen, ...this.#turnOf(drafts) };
  }

  async #settle(): Promise<void> {
    const { store, checkpoints, bus } = this.#parts;
    store.forget();
    const { desk } = await store.view();
    if ((await checkpoints.revision()) > desk.revision) {
      const open = (drafts: Drafts): Turn => this.#turnOf(drafts).turn;
      await takeOverCheckpoint({ redis: { state: store.reader, bus }, checkpoints, open, after: 'crash' });
      store.forget();
    }
    this.#settled = true;
  }

  /** Writes a turn that must be kept down; otherwise notes what the next one has to keep. */
  async #keep({ drafts, mustKeep }: Opened): Promise<'kept' | 'not_asked' | 'late'> {
    const { desk, sessions, messages } = drafts;
    const unkept = [...desk.unkept, ...messages.filter((message) => !isDerived(message))];
    const rests = unkept.length > 0 && desk.runningSessionIds.length === 0;
    if (!mustKeep() && !rests && unkept.length < MOST_UNKEPT) {
      desk.unkept = unkept;
      return 'not_asked';
    }
    desk.unkept = [];
    desk.revision += 1;
    this.#settled = false;
    const saved = await this.#parts.checkpoints.save({ desk, sessions: [...sessions.values()] }, unkept);
    return saved ? 'kept' : 'late';
  }

  async #commit({ drafts, seen }: Opened, kept: boolean): Promise<'done' | 'stale'> {
    const { state, onCommitted } = this.#parts.store.close(drafts, seen);
    if (state.length === 0 && drafts.messages.length === 0) return 'done';
    try {
      if ((await this.#parts.bus.commit({ messages: drafts.messages, state })) === 'ok') {
        onCommitted();
        if (kept) this.#settled = true;
        return 'done';
      }
    } catch (error) {
      if (!kept || !(error instanceof TransientError)) throw error;
    }
    return kept ? 'done' : 'stale';
  }

  #turnOf(drafts: Drafts): { readonly turn: Turn; readonly mustKeep: () => boolean } {
    const { agents, clock, settings, onOrder, onStalled } = this.#parts;
    let asked = false;
    const keep = (): void => {
      asked = true;
    };
    const turn = { ...drafts, agents, onOrder, onStalled, keep, settings: settings(), nowMs: clock.now() };
    return { turn, mustKeep: () => asked };
  }
}
