import type { BusCore } from './bus-core.js';
import { letterFields, type FailureKind } from './dead-letter.js';
import type { Delivery } from './delivery.js';
import { type Identified, encodeMessage, encodeState } from './encode-message.js';
import type { StateWrite } from './message.js';
import { isMissingGroup } from './redis-connection.js';

export type CommitStatus = 'OK' | 'DUP' | 'FENCED' | 'GONE' | 'STALE';
export type FailStatus = 'PARKED' | 'DLQ' | 'DUP' | 'FENCED' | 'GONE';

export interface Effect {
  readonly outputs: readonly Identified[];
  readonly state: readonly StateWrite[];
  readonly traceId: string;
  /** The effect's own store had answered a repeat. */
  readonly repeated: boolean;
}

/** Commits an effect and acknowledges its entry. Waits for Redis as long as the bus is open; @throws for an error reply. */
export async function commitEntry(core: BusCore, delivery: Delivery, effect: Effect): Promise<CommitStatus> {
  const { keys } = core;
  const { entry, header, subscription } = delivery;
  const state = encodeState(keys, effect.state);
  const names = entryKeys(core, delivery);
  const scriptKeys = [names.stream, names.done, names.failures, names.retries, keys.suppressed(), ...state.keys];
  const args = [
    subscription.group,
    core.consumer,
    entry.entryId,
    header.digest,
    core.nextToken(),
    effect.state.length,
    effect.outputs.length,
    `${entry.stream}:${subscription.group}`,
    effect.repeated ? '1' : '0',
    ...state.args,
  ];
  for (const output of effect.outputs) {
    const encoded = encodeMessage(keys, output, effect.traceId);
    scriptKeys.push(...encoded.keys);
    args.push(...encoded.args);
  }
  const [status] = await answered<[CommitStatus]>(
    () => core.scripts.runUntil({ name: 'commit', keys: scriptKeys, args }, () => core.closing.aborted),
    ['GONE'],
  );
  return status;
}

/** Notes a failed attempt; `delayMs` is for the retry, if there is one. */
export async function failEntry(
  core: BusCore,
  delivery: Delivery,
  failure: { kind: FailureKind; error: unknown; delayMs: number },
): Promise<{ status: FailStatus; reason: string }> {
  const { entry, header, subscription } = delivery;
  const names = entryKeys(core, delivery);
  const scriptKeys = [
    names.stream,
    names.done,
    names.failures,
    names.retries,
    core.keys.suppressed(),
    core.keys.deadLetters(entry.stream),
  ];
  const args = [
    subscription.group,
    core.consumer,
    entry.entryId,
    header.digest,
    core.nextToken(),
    failure.kind,
    subscription.maxFailures ?? core.tuning.maxFailures,
    core.tuning.maxTransientMs,
    Math.round(failure.delayMs),
    `${entry.stream}:${subscription.group}`,
    ...letterFields(delivery, core.consumer, failure.error),
  ];
  const [status, , reason] = await answered<[FailStatus, unknown?, string?]>(
    () => core.scripts.runUntil({ name: 'fail', keys: scriptKeys, args }, () => core.closing.aborted),
    ['GONE'],
  );
  return { status, reason: status === 'DLQ' ? (reason ?? '') : '' };
}

/** Acknowledges an entry that is not for this group, without markers or counts. */
export async function passEntry(core: BusCore, delivery: Delivery): Promise<void> {
  await core.redis.xack(core.keys.stream(delivery.entry.stream), delivery.subscription.group, delivery.entry.entryId);
}

function entryKeys(core: BusCore, { entry, header, subscription }: Delivery) {
  const { group } = subscription;
  return {
    stream: core.keys.stream(entry.stream),
    done: core.keys.done(entry.stream, group, header.shard),
    failures: core.keys.failures(entry.stream, group),
    retries: core.keys.retries(entry.stream, group),
  };
}

async function answered<Reply>(ask: () => Promise<unknown>, whenMissing: Reply): Promise<Reply> {
  try {
    return (await ask()) as Reply;
  } catch (error) {
    if (isMissingGroup(error)) return whenMissing;
    throw error;
  }
}
