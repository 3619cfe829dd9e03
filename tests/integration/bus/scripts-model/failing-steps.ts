import { expect } from 'vitest';
import { DeskKeys } from '@octant/platform/bus/desk-keys';
import { failEntry } from '@octant/platform/bus/fail-entry';
import { PermanentError } from '@octant/platform/errors/errors';
import {
  BROKEN,
  type ModelEntry,
  type ModelGroup,
  type ModelStream,
  answerOf,
  messageIdOf,
  newRecord,
} from './desk-model.js';
import { expectNothingDone } from './redis-view.js';
import type { StepOf, SuspectStage } from './steps.js';
import type { Trial } from './trial.js';

/** Dead letters go where nothing can be added. */
class WithoutDeadLetters extends DeskKeys {
  override deadLetters(): string {
    return this.stream(BROKEN);
  }
}

export async function fail(trial: Trial, step: StepOf<'fail'>): Promise<undefined> {
  const stream = trial.model.stream(step.stream);
  const group = stream.group(step.group);
  const entry = trial.find(step, step.pick);
  if (entry === undefined) return undefined;
  const place = `${step.stream} ${step.group} ${entry.id}`;
  const token = (step.again ? trial.lastAttempts.get(place) : undefined) ?? trial.token();
  trial.lastAttempts.set(place, token);
  const keys = step.broken ? new WithoutDeadLetters(trial.keys.prefix) : trial.keys;
  const core = trial.core(step.consumer, { token, maxTransientMs: step.patient ? 86_400_000 : 0, keys });
  const delivery = trial.delivery(stream, step.group, { entry, maxFailures: step.maxFailures });
  const error = new PermanentError('expected a test, was one', { code: 'of_a_test' });
  const send = () => failEntry(core, delivery, { kind: step.failure, error, delayMs: 1_000 });
  const decided = decideFailure(stream, group, { entry, step, token });
  if (step.broken && decided.status === 'DLQ') return expectNothingDone(trial, send);
  const { deliveries } = delivery;
  applyFailure(trial, { stream, group, entry }, { ...decided, consumer: step.consumer, deliveries });
  const reply = await send();
  expect(reply).toEqual({ status: decided.status, reason: decided.reason });
  if (reply.status === 'DLQ') {
    const messageId = messageIdOf(entry);
    const effects = trial.effects.get(`${step.stream}:${step.group}:${messageId}`) ?? 0;
    expect({ deadLettered: messageId, effects }).toEqual({ deadLettered: messageId, effects: 0 });
  }
  return undefined;
}

type Fate = 'GONE' | 'FENCED' | 'DUP' | 'DLQ' | 'PARKED';

interface Decided {
  readonly status: Fate;
  readonly reason: string;
  readonly record: ReturnType<typeof newRecord>;
}

function decideFailure(
  stream: ModelStream,
  group: ModelGroup,
  about: { entry: ModelEntry; step: StepOf<'fail'>; token: string },
): Decided {
  const { entry, step, token } = about;
  const { failure } = step;
  const record = { ...(group.records.get(entry) ?? newRecord()) };
  const pending = group.pending.get(entry);
  const without = (status: Fate) => ({ status, reason: '', record });
  if (pending === undefined) return without('GONE');
  if (pending.owner !== step.consumer) return without('FENCED');
  if (answerOf(stream, group, entry) === 'done') return without('DUP');
  if (record.attempt !== token) {
    record.attempt = token;
    if (failure === 'transient') record.transient += 1;
    else if (failure !== 'deaths') record.counted += 1;
  }
  const reason = reasonOf(step, record.counted);
  if (reason !== undefined) return { status: 'DLQ', reason, record };
  record.alone = 0;
  record.beside = 0;
  record.committing = 0;
  return without('PARKED');
}

function reasonOf({ failure, maxFailures, patient }: StepOf<'fail'>, counted: number): string | undefined {
  if (failure === 'permanent') return 'permanent';
  if (failure === 'deaths') return 'process_deaths';
  if (failure === 'counted') return counted >= maxFailures ? 'failures' : undefined;
  return patient ? undefined : 'transient_too_long';
}

function applyFailure(
  { model }: Trial,
  at: { stream: ModelStream; group: ModelGroup; entry: ModelEntry },
  outcome: Decided & { consumer: string; deliveries: number },
): void {
  const { stream, group, entry } = at;
  const { status, reason, record, consumer, deliveries } = outcome;
  if (status === 'PARKED') {
    group.records.set(entry, record);
    group.parked.add(entry);
  } else if (status === 'DUP') {
    model.suppress(stream.name, group.name);
    group.settle(entry);
    group.ended.acknowledged += 1;
  } else if (status === 'DLQ') {
    const failures = record.counted + record.transient + record.alone + record.committing;
    const messageId = messageIdOf(entry);
    const letter = { id: '', entry, messageId, group: group.name, consumer, reason, failures, deliveries };
    stream.letters.push(letter);
    group.dead.add(messageId);
    group.settle(entry);
    group.ended.dead += 1;
  }
}

const TRIES = 2;

export async function suspect(trial: Trial, step: StepOf<'suspect'>): Promise<void> {
  const group = trial.model.stream(step.stream).group(step.group);
  const entry = trial.find(step, step.pick);
  if (entry === undefined) return;
  const place = `${step.stream} ${step.group} ${entry.id}`;
  const token = (step.again ? trial.lastTries.get(place) : undefined) ?? trial.token();
  trial.lastTries.set(place, token);
  const keys = [trial.keys.stream(step.stream), trial.keys.failures(step.stream, step.group)];
  const args = [step.group, step.consumer, entry.id, token, step.stage, TRIES, TRIES, TRIES];
  const expected = applyTry(group, entry, { consumer: step.consumer, token, stage: step.stage });
  expect(await trial.scripts.run('suspect', keys, args)).toEqual([expected]);
}

function applyTry(
  group: ModelGroup,
  entry: ModelEntry,
  attempt: { consumer: string; token: string; stage: SuspectStage },
): 'GONE' | 'FENCED' | 'TRY' | 'ALONE' | 'CONDEMNED' {
  const pending = group.pending.get(entry);
  if (pending === undefined) return 'GONE';
  if (pending.owner !== attempt.consumer) return 'FENCED';
  const record = { ...(group.records.get(entry) ?? newRecord()) };
  const { stage } = attempt;
  if (record.tryToken === attempt.token) return 'TRY';
  if (stage === 'committing') {
    // The try alone has come through its handler; what ends it now is seldom the handler's doing.
    record.alone = Math.max(0, record.alone - 1);
  } else {
    if (record.alone >= TRIES || record.committing >= TRIES) return 'CONDEMNED';
    if (stage === 'beside' && record.beside >= TRIES) return 'ALONE';
  }
  record[stage] += 1;
  group.records.set(entry, { ...record, tryToken: attempt.token });
  return 'TRY';
}
