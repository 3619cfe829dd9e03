import type { BusCore } from './bus-core.js';
import { type FailureKind, letterFields } from './dead-letter.js';
import type { Delivery } from './delivery.js';
import { isMissingGroup } from './redis-connection.js';
import type { ScriptCall } from './redis-scripts.js';

export type FailStatus = 'PARKED' | 'DLQ' | 'DUP' | 'FENCED' | 'GONE';
/** Notes a failed attempt; `delayMs` is for the retry, if there is one. */
export async function failEntry(
  core: BusCore,
  delivery: Delivery,
  failure: { kind: FailureKind; error: unknown; delayMs: number },
): Promise<{ status: FailStatus; reason: string }> {
  const { keys } = core;
  const { entry, header, subscription } = delivery;
  const { group } = subscription;
  const scriptKeys = [
    keys.stream(entry.stream),
    keys.done(entry.stream, group),
    keys.failures(entry.stream, group),
    keys.retries(entry.stream, group),
    keys.suppressed(),
    keys.deadLetters(entry.stream),
    keys.published(entry.stream),
  ];
  const args = [
    group,
    core.consumer,
    entry.entryId,
    header.digest,
    core.nextToken(),
    failure.kind,
    subscription.maxFailures ?? core.tuning.maxFailures,
    core.tuning.maxTransientMs,
    Math.round(failure.delayMs),
    `${entry.stream}:${group}`,
    ...letterFields(delivery, core.consumer, failure.error),
  ];
  const reply = await answerOrGone(core, { name: 'fail', keys: scriptKeys, args });
  const [status, , reason] = reply as [FailStatus, unknown?, string?];
  return { status, reason: status === 'DLQ' ? (reason ?? '') : '' };
}

/** The script's answer; `['GONE']` when stream or group are gone. */
export async function answerOrGone(core: BusCore, call: ScriptCall): Promise<unknown> {
  try {
    return await core.scripts.runUntil(call, () => core.closing.aborted);
  } catch (error) {
    if (isMissingGroup(error)) return ['GONE'];
    throw error;
  }
}
