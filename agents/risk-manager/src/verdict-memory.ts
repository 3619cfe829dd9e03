import type { RiskQuestion, Verdict } from './verdict.js';

const CAPACITY = 10_000;

interface Remembered {
  readonly fingerprint: string;
  readonly verdict: Verdict;
}

/**
 * The latest verdicts by request id, so that a repeat is answered as the first time even when limits were changed in
 * between. A restart forgets them: the same question then meets the same rules again.
 */
export class VerdictMemory {
  readonly #verdicts = new Map<string, Remembered>();
  readonly #capacity: number;

  constructor(capacity = CAPACITY) {
    this.#capacity = capacity;
  }

  /**
   * The verdict of an earlier call; undefined when there is none, or when a halt or unhalt has come since.
   * `other` when the id belongs to another order.
   */
  find(question: Omit<RiskQuestion, 'exposure'>, haltVersion: number): Verdict | 'other' | undefined {
    const found = this.#verdicts.get(question.requestId);
    if (found === undefined) return undefined;
    if (found.fingerprint !== fingerprintOf(question)) return 'other';
    return found.verdict.haltVersion === haltVersion ? found.verdict : undefined;
  }

  put(question: Omit<RiskQuestion, 'exposure'>, verdict: Verdict): void {
    this.#verdicts.delete(question.requestId);
    this.#verdicts.set(question.requestId, { fingerprint: fingerprintOf(question), verdict });
    const oldest = this.#verdicts.size > this.#capacity ? this.#verdicts.keys().next() : undefined;
    if (oldest?.done === false) this.#verdicts.delete(oldest.value);
  }
}

function fingerprintOf({ symbol, side, confidence, qty, price }: Omit<RiskQuestion, 'exposure'>): string {
  return JSON.stringify([symbol, side, confidence, qty, price]);
}
