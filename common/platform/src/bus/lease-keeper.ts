import type { BusCore } from './bus-core.js';
import type { GroupConsumer } from './group-consumer.js';
import { isMissingGroup, isPassingRedisFailure } from './redis-connection.js';
import { type SweepReply, readSwept } from './stream-entry.js';

const BEAT_BATCH = 500;
const SWEEP_PAGE = 128;

/** Extends the leases of what a group holds, and takes over what others let run out: a vanished process, a lost reply. */
export class LeaseKeeper {
  readonly #core: BusCore;
  readonly #consumer: GroupConsumer;
  #loop: Promise<void> | undefined;

  constructor(core: BusCore, consumer: GroupConsumer) {
    this.#core = core;
    this.#consumer = consumer;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Resolves when the last turn has ended; the bus' stopping signal ends it. */
  async stopped(): Promise<void> {
    await this.#loop;
  }

  /** Makes all that is held claimable by anyone at once. */
  async release(): Promise<void> {
    for (const [stream, ids] of this.#heldByStream(() => true)) {
      await this.#inBatches(ids, (batch) => this.#send('release', stream, batch));
    }
  }

  async #run(): Promise<void> {
    const { clock, stopping, tuning, logger } = this.#core;
    for (;;) {
      await clock.sleep(tuning.beatMs, stopping);
      if (stopping.aborted) return;
      try {
        await this.#beat();
        for (const { stream } of this.#consumer.subscriptions) await this.#sweep(stream);
      } catch (error) {
        if (isMissingGroup(error) || isPassingRedisFailure(error)) continue;
        logger.error({ err: error, group: this.#consumer.group }, 'extending leases failed');
      }
    }
  }

  async #beat(): Promise<void> {
    const nowMs = this.#core.clock.monotonic();
    const due = this.#heldByStream((leasedAtMs) => nowMs - leasedAtMs >= this.#core.tuning.beatMs);
    for (const [stream, ids] of due) {
      await this.#inBatches(ids, async (batch) => {
        const lost = (await this.#send('beat', stream, batch)) as readonly string[];
        for (const entryId of lost) this.#consumer.lose(stream, entryId);
      });
    }
    for (const delivery of this.#consumer.held()) {
      if (nowMs - delivery.leasedAtMs >= this.#core.tuning.beatMs) delivery.leasedAtMs = nowMs;
    }
  }

  /** Takes over all that may be taken over, as far as there is room. */
  async #sweep(stream: string): Promise<void> {
    while (!this.#core.stopping.aborted && (await this.#sweepPage(stream)));
  }

  /** True when there may be more. */
  async #sweepPage(stream: string): Promise<boolean> {
    const { scripts, keys, consumer, tuning, logger, observer } = this.#core;
    const { group, roomForOthers } = this.#consumer;
    const count = Math.min(roomForOthers, SWEEP_PAGE);
    if (count === 0) return false;
    const scriptKeys = [keys.stream(stream), keys.failures(stream, group), keys.retries(stream, group)];
    const reply = (await scripts.run('sweep', scriptKeys, [
      group,
      consumer,
      tuning.leaseMs,
      count,
      '-',
      '',
    ])) as SweepReply;
    const [, missing, taken] = reply;
    if (missing > 0) {
      observer.onTrimmedUnread({ stream, count: missing });
      logger.error({ stream, group, entries: missing }, 'pending entries are gone from their stream');
    }
    if (taken.length > 0) {
      logger.info({ stream, group, entries: taken.length }, 'took over entries whose lease had run out');
      this.#consumer.accept(readSwept(stream, reply));
    }
    return taken.length + missing === count;
  }

  #heldByStream(wanted: (leasedAtMs: number) => boolean): Map<string, string[]> {
    const byStream = new Map<string, string[]>();
    for (const { entry, leasedAtMs } of this.#consumer.held()) {
      if (!wanted(leasedAtMs)) continue;
      const ids = byStream.get(entry.stream);
      if (ids === undefined) byStream.set(entry.stream, [entry.entryId]);
      else ids.push(entry.entryId);
    }
    return byStream;
  }

  #send(script: 'beat' | 'release', stream: string, ids: readonly string[]): Promise<unknown> {
    const { scripts, keys, consumer } = this.#core;
    return scripts.run(script, [keys.stream(stream)], [this.#consumer.group, consumer, ...ids]);
  }

  async #inBatches(ids: readonly string[], act: (batch: readonly string[]) => Promise<unknown>): Promise<void> {
    for (let from = 0; from < ids.length; from += BEAT_BATCH) await act(ids.slice(from, from + BEAT_BATCH));
  }
}
