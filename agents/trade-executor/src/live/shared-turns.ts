import { isConnectionFailure } from '@octant/platform/postgres/connection-failure';

/** What may share a turn. */
export interface TurnMember {
  /** How much of a turn it takes. */
  readonly size: number;
}

/** Does several members' work at once. */
export type Turn<Member> = (members: readonly Member[]) => Promise<void>;

interface Waiting<Member> {
  readonly member: Member;
  readonly act: Turn<Member>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Size of a turn: nothing of it counts before its end. */
const MOST = 64;

/**
 * One turn at a time; what comes meanwhile shares the next one. Nobody waits for company. When a turn of several fails,
 * each of its members gets one of its own, so that a bad one fails alone.
 */
export class SharedTurns<Member extends TurnMember> {
  #waiting: Waiting<Member>[] = [];
  #running = false;

  /** Resolves at the end of the turn that the member was in. @throws what `act` throws for the member alone. */
  run(member: Member, act: Turn<Member>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ member, act, resolve, reject });
      if (!this.#running) void this.#runAll();
    });
  }

  async #runAll(): Promise<void> {
    this.#running = true;
    for (let turn = this.#take(); turn.length > 0; turn = this.#take()) await runTurn(turn);
    this.#running = false;
  }

  /** The first one at least, and as many more as fit, in the order they came. */
  #take(): readonly Waiting<Member>[] {
    let size = 0;
    const end = this.#waiting.findIndex(({ member }, index) => {
      size += member.size;
      return index > 0 && size > MOST;
    });
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end);
  }
}

/** Never rejects: every member hears how it ended. */
async function runTurn<Member>(turn: readonly Waiting<Member>[]): Promise<void> {
  const [first] = turn;
  if (first === undefined) return;
  try {
    await first.act(turn.map(({ member }) => member));
    for (const { resolve } of turn) resolve();
  } catch (error) {
    await runAlone(turn, error);
  }
}

/** Where nobody answers, nobody else need try. */
async function runAlone<Member>(turn: readonly Waiting<Member>[], error: unknown): Promise<void> {
  let away = turn.length === 1 || isConnectionFailure(error) ? error : undefined;
  for (const { member, act, resolve, reject } of turn) {
    if (away !== undefined) {
      reject(away);
      continue;
    }
    try {
      await act([member]);
      resolve();
    } catch (own) {
      reject(own);
      if (isConnectionFailure(own)) away = own;
    }
  }
}
