import { TransientError } from '../errors/errors.js';
import { retryDelayMs } from './backoff.js';
import type { Breaker } from './breaker.js';
import type { BusCore } from './bus-core.js';
import type { MessageOutcome } from './bus-observer.js';
import type { Committer, CommitStatus } from './committer.js';
import type { Failpoint } from './crash-points.js';
import { type FailureKind, describeError, failureKindOf } from './dead-letter.js';
import type { Delivery, DeliveryPlan } from './delivery.js';
import type { Effect } from './encode-batch.js';
import type { Identified } from './encode-message.js';
import { deriveOutputId } from './message-id.js';
import type { Outgoing } from './message.js';
import { failEntry } from './fail-entry.js';
import type { Slots } from './slots.js';
import type { HandlerResult } from './subscription.js';

const IN_FLIGHT = 'in_flight';
const IN_FLIGHT_RETRY_MS = 200;
const PASSED_LOG_CODES = new Set(['behind', 'stale_state', 'rebuilding', IN_FLIGHT]);

/** What the deliveries of one group share. */
export interface GroupParts {
  readonly breaker: Breaker;
  readonly committer: Committer;
  /** How many handlers may run; waiting for a commit takes no slot. */
  readonly slots: Slots;
}

/**
 * Tries an entry once: afterwards it is settled, or parked with a new due time. Never rejects for what a handler does;
 * rejects when Redis answers with an error that is nobody's fault, or is away while the bus closes.
 */
export function handleDelivery(core: BusCore, delivery: Delivery, group: GroupParts): Promise<void> {
  const { plan } = delivery;
  if (plan.kind === 'pass') return passOver(core, delivery, group.committer);
  if (plan.kind === 'refuse') return onFailedAttempt(core, delivery, { error: plan.error, group });
  return handleUntilSettled(core, delivery, { plan, group });
}

async function passOver(core: BusCore, delivery: Delivery, committer: Committer): Promise<void> {
  if (core.failpoint !== undefined) await core.failpoint('pass.before');
  await committer.settle(delivery, undefined);
  if (core.failpoint !== undefined) await core.failpoint('pass.after');
  delivery.settled = true;
}

async function handleUntilSettled(core: BusCore, delivery: Delivery, run: HandleRun): Promise<void> {
  const { plan, group } = run;
  try {
    for (let turn = 0; turn < core.tuning.maxStaleRuns && !delivery.settled; turn += 1) {
      const turnToRun = group.slots.acquire();
      if (turnToRun !== undefined) await turnToRun;
      let result: HandlerResult;
      let applied = NOT_APPLIED;
      try {
        if (isOver(core, delivery)) return;
        const returned = runHandler(core, delivery, plan);
        result = returned instanceof Promise ? await returned : returned;
        if (delivery.onReturned !== undefined) await delivery.onReturned();
        if (result.transaction !== undefined) applied = await applyInPostgres(core, delivery, result);
      } finally {
        group.slots.release();
      }
      const status = await group.committer.settle(delivery, effectOf(plan, result, applied));
      onAnswer(core, delivery, { status, result, applied });
    }
    if (!delivery.settled) throw new StaleState(core.tuning.maxStaleRuns);
    if (group.breaker.onSuccess()) {
      core.logger.info({ group: delivery.subscription.group }, 'reading again at full speed');
    }
  } catch (error) {
    if (core.closing.aborted) throw error;
    await onThrown(core, delivery, { error, group });
  }
}

/** A handler that throws has come back, too: a death while its failure is noted is not its doing. */
async function onThrown(
  core: BusCore,
  delivery: Delivery,
  failed: { error: unknown; group: GroupParts },
): Promise<void> {
  if (delivery.onReturned !== undefined) await delivery.onReturned();
  await onFailedAttempt(core, delivery, failed);
}

/** Lost to another consumer, or the bus stops, while it waited for its turn. */
function isOver(core: BusCore, delivery: Delivery): boolean {
  return delivery.settled || core.stopping.aborted;
}

function effectOf(plan: HandlePlan, result: HandlerResult, applied: Applied): Effect {
  return {
    outputs: applied.outputs ?? result.messages ?? NOTHING,
    state: result.state ?? NOTHING,
    traceId: plan.traceId,
    repeated: applied.repeated,
  };
}

type HandlePlan = DeliveryPlan & { kind: 'handle' };

interface HandleRun {
  readonly plan: HandlePlan;
  readonly group: GroupParts;
}

/** Runs the handler; without a detour through a promise when it answers at once. */
function runHandler(core: BusCore, delivery: Delivery, plan: HandlePlan): HandlerResult | Promise<HandlerResult> {
  const startedAtMs = core.clock.monotonic();
  const observe = () => {
    const seconds = (core.clock.monotonic() - startedAtMs) / 1_000;
    core.observer.onHandled({ stream: delivery.entry.stream, group: delivery.subscription.group, seconds });
  };
  delivery.runs += 1;
  let returned: HandlerResult | Promise<HandlerResult> | undefined;
  try {
    returned =
      core.failpoint === undefined
        ? delivery.subscription.handle(delivery.incoming(plan))
        : runInterrupted(core.failpoint, () => delivery.subscription.handle(delivery.incoming(plan)));
  } finally {
    if (!(returned instanceof Promise)) observe();
  }
  return returned instanceof Promise ? returned.finally(observe) : returned;
}

async function runInterrupted(
  failpoint: Failpoint,
  handle: () => HandlerResult | Promise<HandlerResult>,
): Promise<HandlerResult> {
  await failpoint('handle.before');
  const result = await handle();
  await failpoint('handle.after');
  return result;
}

interface Applied {
  /** Undefined when the handler's own messages are all. */
  readonly outputs: readonly Identified[] | undefined;
  readonly repeated: boolean;
  readonly outboxIds: readonly string[];
}

const NOTHING: readonly never[] = [];
const NOT_APPLIED: Applied = { outputs: undefined, repeated: false, outboxIds: NOTHING };

async function applyInPostgres(core: BusCore, delivery: Delivery, result: HandlerResult): Promise<Applied> {
  const { plan } = delivery;
  const { transaction, messages = NOTHING } = result;
  if (transaction === undefined || plan.kind !== 'handle') return NOT_APPLIED;
  if (core.effects === undefined) {
    throw new Error(`expected a database for the transaction of ${delivery.entry.stream}, was none`);
  }
  const { messageId } = delivery.header;
  const identify = (outputs: readonly Outgoing[]): Identified[] =>
    outputs.map((output, index) => ({ ...output, id: output.id ?? deriveOutputId(messageId, index) }));
  return core.effects.apply({
    consumer: inboxConsumer(delivery),
    messageId,
    traceId: plan.traceId,
    effect: async (sql) => identify([...messages, ...(await transaction(sql))]),
  });
}

/** Settles the delivery unless its state was stale. @throws InFlight while another entry of the message is on its way. */
function onAnswer(
  core: BusCore,
  delivery: Delivery,
  answer: { status: CommitStatus; result: HandlerResult; applied: Applied },
): void {
  const { status, result, applied } = answer;
  if (status === 'STALE') return;
  if (status === 'BUSY') throw new InFlight(delivery.header.messageId);
  delivery.settled = true;
  if (status === 'FENCED' || status === 'GONE') {
    core.logger.debug({ ...about(delivery), status }, 'somebody else has the entry');
    return;
  }
  count(core, delivery, status === 'DUP' || applied.repeated ? 'duplicate' : 'handled');
  if (status !== 'OK') return;
  // Only this commit is known to have published them; what another answered is left to the relay.
  if (applied.outboxIds.length > 0) core.effects?.published(applied.outboxIds);
  notifyCommitted(core, delivery, result);
}

function notifyCommitted(core: BusCore, delivery: Delivery, result: HandlerResult): void {
  try {
    result.onCommitted?.();
  } catch (error) {
    core.logger.error({ ...about(delivery), err: error }, 'onCommitted failed; the effect stands');
  }
}

/** Parks an entry whose try failed, or makes it a dead letter, or commits it when its effect turns out to be there. */
export async function onFailedAttempt(
  core: BusCore,
  delivery: Delivery,
  failed: { error: unknown; group: GroupParts },
): Promise<void> {
  const { error, group } = failed;
  const kind = failureKindOf(error);
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
  const effect = { outputs: left.outputs, state: [], traceId: plan.traceId, repeated: true };
  const status = await committer.settle(delivery, effect);
  if (status === 'BUSY') {
    delivery.dueAtMs = core.clock.now() + IN_FLIGHT_RETRY_MS;
    return true;
  }
  delivery.settled = true;
  if (status === 'OK') core.effects.published(left.outboxIds);
  if (status === 'OK' || status === 'DUP') count(core, delivery, 'duplicate');
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

/** The state that the handler read was changed by others, every time that it ran. */
class StaleState extends TransientError {
  constructor(runs: number) {
    super(`expected the state read to be current, was stale ${String(runs)} times in a row`, { code: 'stale_state' });
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
