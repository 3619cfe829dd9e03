import { expect } from 'vitest';
import { type EncodedSettlement, encodeBatch, encodeSettlement } from '@octant/platform/bus/encode-batch';
import type { Identified } from '@octant/platform/bus/encode-message';
import type { StateWrite } from '@octant/platform/bus/message';
import { traceIdOfMessageId } from '@octant/platform/bus/message-id';
import { BROKEN, type ModelEntry, type ModelGroup, type ModelStream, answerOf, messageIdOf } from './desk-model.js';
import { type Check, stateWrites, writeStates } from './publishing-steps.js';
import { expectNothingDone } from './redis-view.js';
import type { CommitChoice, StepOf } from './steps.js';
import type { Trial } from './trial.js';

interface PlannedEffect {
  readonly outputs: readonly Identified[];
  readonly state: readonly StateWrite[];
  readonly traceId: string;
  readonly repeated: boolean;
}

interface Planned {
  readonly stream: ModelStream;
  readonly group: ModelGroup;
  readonly entry: ModelEntry;
  readonly effect: PlannedEffect | undefined;
}

export async function commit(trial: Trial, step: StepOf<'commit'>): Promise<Check | undefined> {
  const batch = planBatch(trial, step);
  if (batch.length === 0) return undefined;
  const core = trial.core(step.consumer);
  const settlements = batch.map(({ stream, entry, effect }): EncodedSettlement => {
    return encodeSettlement(core, trial.delivery(stream, step.group, { entry }), effect);
  });
  const slot = `${step.group} ${step.consumer} ${String(step.slot)}`;
  const names = { group: step.group, token: trial.token(), slot: String(step.slot) };
  const encoded = encodeBatch(core, settlements, names as unknown as Parameters<typeof encodeBatch>[2]);
  const send = () => trial.scripts.run('commitMany', encoded.keys, encoded.args);
  if (batch.some(({ effect }) => effect?.outputs.some(({ stream }) => stream === BROKEN))) {
    return expectNothingDone(trial, send);
  }
  const order = encoded.order.map((settlement) => batch[settlements.indexOf(settlement)]);
  const inOrder = order.filter((planned) => planned !== undefined);
  const expected = applyBatch(trial, inOrder, step.consumer);
  const answer = (await send()) as string;
  expect(answer).toBe(expected);
  for (const [index, { stream, entry, effect }] of inOrder.entries()) {
    if (answer[index] === 'O' && effect !== undefined) trial.noteEffect(stream.name, step.group, messageIdOf(entry));
  }
  trial.sent.set(slot, { owner: slot, encoded, answer });
  return undefined;
}

/** The reply was lost: the same batch again, as long as its slot was not used for another. */
export async function resend(trial: Trial, step: StepOf<'resend'>): Promise<void> {
  const batches = [...trial.sent.values()];
  const batch = batches[step.pick % Math.max(1, batches.length)];
  if (batch === undefined) return;
  expect(await trial.scripts.run('commitMany', batch.encoded.keys, batch.encoded.args)).toBe(batch.answer);
}

function planBatch(trial: Trial, step: StepOf<'commit'>): Planned[] {
  const planned = new Map<ModelEntry, Planned>();
  for (const choice of step.choices) {
    const stream = trial.model.stream(choice.stream);
    const entry = trial.find({ ...choice, ...step }, choice.pick);
    if (entry === undefined || planned.has(entry)) continue;
    const broken = step.broken && planned.size === 0;
    const effect = choice.effect || broken ? planEffect(trial, choice, broken) : undefined;
    planned.set(entry, { stream, group: stream.group(step.group), entry, effect });
  }
  return [...planned.values()];
}

function planEffect(trial: Trial, choice: CommitChoice, broken: boolean): PlannedEffect {
  const outputs = choice.outputs.map(({ stream, message }) => trial.message(stream, `m${String(message)}`));
  if (broken) outputs.push(trial.message(BROKEN, 'm0'));
  return {
    outputs,
    state: stateWrites(trial, choice.states),
    traceId: traceIdOfMessageId(trial.token()),
    repeated: choice.repeated,
  };
}

/** All is decided by how things are before the batch, but for what the batch itself finishes. */
function applyBatch(trial: Trial, batch: readonly Planned[], consumer: string): string {
  const { model } = trial;
  const written = new Set<string>();
  const finished = new Set<string>();
  const letters = batch.map((planned) => {
    const letter = decideLetter(trial, planned, { consumer, written, finished });
    if (letter === 'O' && planned.effect !== undefined) {
      finished.add(`${planned.stream.name} ${messageIdOf(planned.entry)}`);
      for (const { key } of planned.effect.state) written.add(key);
    }
    return letter;
  });
  for (const [index, { stream, group, entry, effect }] of batch.entries()) {
    const letter = letters[index];
    if (letter === 'O' && effect !== undefined) applyEffect(trial, effect);
    if (letter === 'D' || (letter === 'O' && effect?.repeated === true)) model.suppress(stream.name, group.name);
    if (letter !== 'O' && letter !== 'D') continue;
    if (letter === 'O' && effect !== undefined) group.committed.add(messageIdOf(entry));
    group.settle(entry);
    group.ended.acknowledged += 1;
  }
  return letters.join('');
}

function applyEffect(trial: Trial, effect: PlannedEffect): void {
  writeStates(trial, effect.state);
  for (const output of effect.outputs) {
    trial.model.publish(output.stream, output.id, trial.fieldsOf(output, effect.traceId));
  }
}

function decideLetter(
  { model }: Trial,
  { stream, group, entry, effect }: Planned,
  batch: { consumer: string; written: ReadonlySet<string>; finished: ReadonlySet<string> },
): string {
  const pending = group.pending.get(entry);
  if (pending === undefined) return 'G';
  if (pending.owner !== batch.consumer) return 'F';
  if (effect === undefined) return 'O';
  if (batch.finished.has(`${stream.name} ${messageIdOf(entry)}`)) return 'D';
  const answer = answerOf(stream, group, entry);
  if (answer !== 'new') return answer === 'done' ? 'D' : 'B';
  const isStale = ({ key, expectedVersion }: StateWrite) =>
    batch.written.has(key) || expectedVersion !== model.versionOf(key);
  return effect.state.some(isStale) ? 'S' : 'O';
}
