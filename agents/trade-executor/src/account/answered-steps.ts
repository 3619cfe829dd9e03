import type { Outgoing } from '@octant/platform/bus/message';

const CAPACITY = 1000;

/**
 * What the latest steps were answered with. Redis emptied, they come again under the same ids, and an account that has moved
 * on meanwhile must not give another answer. Lost with the process: then the fills tell how far they had got.
 */
export class AnsweredSteps {
  readonly #answers = new Map<string, readonly Outgoing[]>();
  readonly #capacity: number;

  constructor(capacity = CAPACITY) {
    this.#capacity = capacity;
  }

  find(messageId: string): readonly Outgoing[] | undefined {
    return this.#answers.get(messageId);
  }

  put(messageId: string, answer: readonly Outgoing[]): void {
    this.#answers.set(messageId, answer);
    const oldest = this.#answers.size > this.#capacity ? this.#answers.keys().next() : undefined;
    if (oldest?.done === false) this.#answers.delete(oldest.value);
  }
}
