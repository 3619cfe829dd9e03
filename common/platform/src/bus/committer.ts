import type { BusCore } from './bus-core.js';
import type { Delivery } from './delivery.js';
import { type Effect, type EncodedSettlement, encodeBatch, encodeSettlement } from './encode-batch.js';
import { isMissingGroup, isPassingRedisFailure } from './redis-connection.js';

/** `BUSY`: another entry of the same message is undelivered or pending. */
export type CommitStatus = 'OK' | 'DUP' | 'FENCED' | 'GONE' | 'STALE' | 'BUSY';

const STATUS_OF: Readonly<Record<string, CommitStatus>> = {
  O: 'OK',
  D: 'DUP',
  F: 'FENCED',
  G: 'GONE',
  S: 'STALE',
  B: 'BUSY',
};
const LARGEST_BATCH = 128;
const LARGEST_SIZE = 256 * 1024;
const IN_FLIGHT = 3;

interface Request {
  readonly settlement: EncodedSettlement;
  readonly resolve: (status: CommitStatus) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Commits what handlers of one group have come to. What is ready in the same turn of the event loop, or while earlier
 * batches are on their way, goes to Redis together: a lone commit is not kept waiting, a crowd shares one call.
 */
export class Committer {
  readonly #core: BusCore;
  readonly #group: string;
  readonly #freeSlots = Array.from({ length: IN_FLIGHT }, (_unused, slot) => slot);
  #queue: Request[] = [];
  #scheduled = false;

  constructor(core: BusCore, group: string) {
    this.#core = core;
    this.#group = group;
  }

  /**
   * Commits an effect and acknowledges its entry; without an effect it only acknowledges. Waits for Redis as long as the
   * bus is open. @throws for an error reply, TransientError when the bus closes first.
   */
  settle(delivery: Delivery, effect: Effect | undefined): Promise<CommitStatus> {
    const settlement = encodeSettlement(this.#core, delivery, effect);
    return new Promise((resolve, reject) => {
      this.#queue.push({ settlement, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#freeSlots.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      while (this.#queue.length > 0) {
        const slot = this.#freeSlots.pop();
        if (slot === undefined) return;
        void this.#send(this.#take(), slot);
      }
    });
  }

  #take(): Request[] {
    let size = 0;
    let count = 0;
    for (const { settlement } of this.#queue) {
      if (count > 0 && (count >= LARGEST_BATCH || size + settlement.size > LARGEST_SIZE)) break;
      size += settlement.size;
      count += 1;
    }
    if (count === this.#queue.length) {
      const all = this.#queue;
      this.#queue = [];
      return all;
    }
    return this.#queue.splice(0, count);
  }

  /** Never rejects: every request is answered. */
  async #send(batch: readonly Request[], slot: number): Promise<void> {
    try {
      await this.#commit(batch, slot);
    } catch (error) {
      await this.#onError(batch, slot, error);
    } finally {
      this.#freeSlots.push(slot);
      if (this.#queue.length > 0) this.#schedule();
    }
  }

  async #commit(batch: readonly Request[], slot: number): Promise<void> {
    const { scripts, closing, nextToken } = this.#core;
    const encoded = encodeBatch(
      this.#core,
      batch.map((request) => request.settlement),
      { group: this.#group, token: nextToken(), slot },
    );
    const call = { name: 'commitMany' as const, keys: encoded.keys, args: encoded.args };
    const answer = (await scripts.runUntil(call, () => closing.aborted)) as string;
    const requests = new Map(batch.map((request) => [request.settlement, request]));
    for (const [index, settlement] of encoded.order.entries()) {
      const status = STATUS_OF[answer[index] ?? ''];
      if (status === undefined) requests.get(settlement)?.reject(new Error(`expected a status, was ${answer}`));
      else requests.get(settlement)?.resolve(status);
    }
  }

  /** An error reply says that nothing of the batch was done; one by one only the one that it is about fails. */
  async #onError(batch: readonly Request[], slot: number, error: unknown): Promise<void> {
    if (batch.length === 1 || isPassingRedisFailure(error)) {
      for (const request of batch) {
        if (isMissingGroup(error)) request.resolve('GONE');
        else request.reject(error);
      }
      return;
    }
    for (const request of batch) {
      try {
        await this.#commit([request], slot);
      } catch (failure) {
        await this.#onError([request], slot, failure);
      }
    }
  }
}
