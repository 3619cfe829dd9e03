import { PermanentError, TransientError } from '../errors/errors.js';
import { retryDelayMs } from './backoff.js';
import type { Breaker } from './breaker.js';
import type { BusCore } from './bus-core.js';
import type { MessageOutcome } from './bus-observer.js';
import { type FailureKind, describeError, failureKindOf } from './dead-letter.js';
import type { Delivery, DeliveryPlan } from './delivery.js';
import type { Identified } from './encode-message.js';
import { deriveOutputId } from './message-id.js';
import type { Outgoing } from './message.js';
import type { Committer } from './committer.js';
import { countAlone, failEntry } from './fail-entry.js';
import type { HandlerResult } from './subscription.js';

const IN_FLIGHT = 'in_flight';
const IN_FLIGHT_RETRY_MS = 200;
const PASSED_LOG_CODES = new Set(['behind', 'stale_state', 'rebuilding', IN_FLIGHT]);

/** What the deliveries of one group share. */
export interface GroupParts {
  readonly breaker: Breaker;
  readonly committer: Committer;
}

/**
 * Tries an entry once: afterwards it is settled, or parked with a new due time. Never throws for what a handler does;
 * throws when Redis answers with an error that is nobody's fault, or is away while the bus closes.
 */
export async function handleDelivery(
  core: BusCore,
  delivery: Delivery,
  run: { group: GroupParts; alone: boolean },
): Promise<void> {
  const { plan } = delivery;
  const { breaker, committer } = run.group;
  if (plan.kind === 'pass') {
    await core.failpoint?.('pass.before');
    await committer.settle(delivery, undefined);
    await core.failpoint?.('pass.after');
    delivery.settled = true;
    return;
  }
  try {
    if (plan.kind === 'refuse') throw plan.error;
    if (run.alone && !(await mayTryAlone(core, delivery))) return;
    await runUntilCommitted(core, delivery, { plan, committer });
    if (breaker.onSuccess()) core.logger.info({ group: delivery.subscription.group }, 'reading again at full speed');
  } catch (error) {
    if (core.closing.aborted) throw error;
    await onFailedAttempt(core, delivery, { error, group: run.group });
  }
}

/** False when the entry is somebody else's by now. @throws ProcessDeaths when it ended the process too often. */
async function mayTryAlone(core: BusCore, delivery: Delivery): Promise<boolean> {
  const status = await countAlone(core, delivery);
  if (status === 'TRY') return true;
  if (status === 'CONDEMNED') throw new ProcessDeaths(delivery.deliveries);
  delivery.settled = true;
  return false;
}

type HandlePlan = DeliveryPlan & { kind: 'handle' };

async function runUntilCommitted(
  core: BusCore,
  delivery: Delivery,
  run: { plan: HandlePlan; committer: Committer },
): Promise<void> {
  const { plan, committer } = run;
  for (let turn = 1; turn <= core.tuning.maxStaleRuns; turn += 1) {
    const result = await runHandler(core, delivery, plan);
    const applied = await applyEffect(core, delivery, { plan, result });
    const status = await committer.settle(delivery, {
      outputs: applied.outputs,
      state: result.state ?? [],
      traceId: plan.traceId,
      repeated: applied.repeated,
    });
    if (status === 'STALE') continue;
    if (status === 'BUSY') throw new InFlight(delivery.header.messageId);
    delivery.settled = true;
    if (status === 'OK' || status === 'DUP') core.effects?.published(applied.outboxIds);
    if (status === 'OK') {
      count(core, delivery, applied.repeated ? 'duplicate' : 'handled');
      notifyCommitted(core, delivery, result);
    } else if (status === 'DUP') {
      count(core, delivery, 'duplicate');
    } else {
      core.logger.debug({ ...about(delivery), status }, 'somebody else has the entry');
    }
    return;
  }
  throw new TransientError(
    `expected the state read to be current, was stale ${String(core.tuning.maxStaleRuns)} times in a row`,
    { code: 'stale_state' },
  );
}

async function runHandler(core: BusCore, delivery: Delivery, plan: HandlePlan): Promise<HandlerResult> {
  const startedAtMs = core.clock.monotonic();
  delivery.runs += 1;
  try {
    await core.failpoint?.('handle.before');
    const result = await delivery.subscription.handle(delivery.incoming(plan));
    await core.failpoint?.('handle.after');
    return result;
  } finally {
    const seconds = (core.clock.monotonic() - startedAtMs) / 1_000;
    core.observer.onHandled({ stream: delivery.entry.stream, group: delivery.subscription.group, seconds });
  }
}

interface AppliedEffect {
  readonly outputs: readonly Identified[];
  readonly repeated: boolean;
  readonly outboxIds: readonly string[];
}

async function applyEffect(
  core: BusCore,
  delivery: Delivery,
  run: { plan: HandlePlan; result: HandlerResult },
): Promise<AppliedEffect> {
  const { result } = run;
  const identify = (messages: readonly Outgoing[]): Identified[] =>
    messages.map((message, index) => ({
      ...message,
      id: message.id ?? deriveOutputId(delivery.header.messageId, index),
    }));
  const messages = result.messages ?? [];
  if (result.transaction === undefined) return { outputs: identify(messages), repeated: false, outboxIds: [] };
  if (core.effects === undefined) {
    throw new Error(`expected a database for the transaction of ${delivery.entry.stream}, was none`);
  }
  const { transaction } = result;
  return core.effects.apply({
    consumer: inboxConsumer(delivery),
    messageId: delivery.header.messageId,
    traceId: run.plan.traceId,
    effect: async (sql) => identify([...messages, ...(await transaction(sql))]),
  });
}

function notifyCommitted(core: BusCore, delivery: Delivery, result: HandlerResult): void {
  try {
    result.onCommitted?.();
  } catch (error) {
    core.logger.error({ ...about(delivery), err: error }, 'onCommitted failed; the effect stands');
  }
}

async function onFailedAttempt(
  core: BusCore,
  delivery: Delivery,
  failed: { error: unknown; group: GroupParts },
): Promise<void> {
  const { error, group } = failed;
  const kind = error instanceof ProcessDeaths ? 'deaths' : failureKindOf(error);
  const attempt = (kind === 'transient' ? delivery.transient : delivery.counted) + 1;
  if (mayBeLast(core, delivery, { kind, attempt }) && (await happenedAlready(core, delivery, group.committer))) return;
  const delayMs = delayOf(core, error, attempt);
  const { status, reason } = await failEntry(core, delivery, { kind, error, delayMs });
  if (status === 'PARKED') {
    onParked(core, delivery, { kind, error, delayMs, attempt });
    if (tellsOfTrouble(error, kind) && group.breaker.onTransientFailure(delivery.entry.entryId)) {
      core.logger.warn({ group: delivery.subscription.group }, 'transient failures pile up, reading slows down');
    }
    return;
  }
  delivery.settled = true;
  if (status === 'DUP') count(core, delivery, 'duplicate');
  if (status !== 'DLQ') return;
  count(core, delivery, 'dead_lettered');
  core.logger.error({ ...about(delivery), err: error, reason }, 'message dead-lettered');
}

/** Whether a failure tells of infrastructure that is away; waiting for one's own message does not. */
function tellsOfTrouble(error: unknown, kind: FailureKind): boolean {
  return kind === 'transient' && describeError(error).code !== IN_FLIGHT;
}

/** Whether a handler that has run has failed for what may be the last time. */
function mayBeLast(core: BusCore, delivery: Delivery, failed: { kind: FailureKind; attempt: number }): boolean {
  if (failed.kind === 'deaths') return true;
  if (delivery.runs === 0 || failed.kind === 'transient') return false;
  return (
    failed.kind === 'permanent' || failed.attempt >= (delivery.subscription.maxFailures ?? core.tuning.maxFailures)
  );
}

function delayOf(core: BusCore, error: unknown, attempt: number): number {
  const { tuning, random } = core;
  const retryAfterMs = error instanceof TransientError ? error.retryAfterMs : undefined;
  return retryDelayMs(attempt, { baseMs: tuning.backoffBaseMs, capMs: tuning.backoffCapMs }, { random, retryAfterMs });
}

/** Before a dead letter: the effect's store is asked, and when the effect is there the entry is committed instead. */
async function happenedAlready(core: BusCore, delivery: Delivery, committer: Committer): Promise<boolean> {
  const { plan } = delivery;
  if (core.effects === undefined || plan.kind !== 'handle') return false;
  const left = await core.effects.findApplied(inboxConsumer(delivery), delivery.header.messageId);
  if (left === undefined) return false;
  await committer.settle(delivery, { outputs: left.outputs, state: [], traceId: plan.traceId, repeated: true });
  core.effects.published(left.outboxIds);
  delivery.settled = true;
  count(core, delivery, 'duplicate');
  return true;
}

function onParked(
  core: BusCore,
  delivery: Delivery,
  parked: { kind: string; error: unknown; delayMs: number; attempt: number },
): void {
  delivery.dueAtMs = core.clock.now() + parked.delayMs;
  if (parked.kind === 'transient') delivery.transient = parked.attempt;
  else delivery.counted = parked.attempt;
  count(core, delivery, 'retried');
  const facts = { ...about(delivery), attempt: parked.attempt, retryInMs: Math.round(parked.delayMs) };
  if (PASSED_LOG_CODES.has(describeError(parked.error).code)) core.logger.debug(facts, 'message parked');
  else core.logger.warn({ ...facts, err: parked.error }, 'message failed, parked for a retry');
}

/** Another entry of the message is on its way; this one waits until that is done. */
class InFlight extends TransientError {
  constructor(messageId: string) {
    super(`expected no other entry of ${messageId} to be in flight, was one`, {
      code: IN_FLIGHT,
      retryAfterMs: IN_FLIGHT_RETRY_MS,
    });
  }
}

/** The process ended twice while it did nothing but this. */
class ProcessDeaths extends PermanentError {
  constructor(deliveries: number) {
    super(`expected the handler to end, was the end of its process, twice alone, in ${String(deliveries)} deliveries`, {
      code: 'process_deaths',
    });
  }
}

function count(core: BusCore, delivery: Delivery, outcome: MessageOutcome): void {
  core.observer.onOutcome({ stream: delivery.entry.stream, group: delivery.subscription.group, outcome });
}

function inboxConsumer(delivery: Delivery): string {
  return `${delivery.subscription.group}@${delivery.entry.stream}`;
}

function about(delivery: Delivery) {
  const { plan } = delivery;
  return {
    stream: delivery.entry.stream,
    group: delivery.subscription.group,
    messageId: delivery.header.messageId,
    entryId: delivery.entry.entryId,
    ...(plan.kind === 'handle' ? { traceId: plan.traceId } : {}),
  };
}
