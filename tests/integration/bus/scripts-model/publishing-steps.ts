import { expect } from 'vitest';
import { type Identified, encodeMessage, encodeState } from '@octant/platform/bus/encode-message';
import type { StateWrite } from '@octant/platform/bus/message';
import { requeueLetterOf } from '@octant/platform/bus/requeue-letter';
import { noObserver } from '@octant/platform/bus/bus-observer';
import { BROKEN, OUT, type ModelEntry, type ModelLetter, type ModelStream } from './desk-model.js';
import { expectNothingDone } from './redis-view.js';
import type { StepOf } from './steps.js';
import type { Trial } from './trial.js';

/** A reply is looked at when Redis has shown the ids of what is new. */
export type Check = () => void;

export async function publish(trial: Trial, step: StepOf<'publish'>): Promise<Check | undefined> {
  const message = trial.message(step.broken ? BROKEN : step.stream, `m${String(step.message)}`);
  const { keys, args } = encodeMessage(trial.keys, message);
  if (step.broken) return expectNothingDone(trial, () => trial.scripts.run('publish', keys, args));
  const { entry, repeated } = trial.model.publish(step.stream, message.id, trial.fieldsOf(message));
  const reply = await trial.scripts.run('publish', keys, args);
  return () => {
    expect(reply).toEqual([entry.id, repeated ? 1 : 0]);
  };
}

export async function addByHand(trial: Trial, step: StepOf<'addByHand'>): Promise<void> {
  const { payload } = trial.message(step.stream, 'x');
  const id = step.message === undefined ? [] : ['id', `m${String(step.message)}`];
  const fields = ['data', JSON.stringify(payload), 'note', 'by hand', ...id];
  trial.model.stream(step.stream).add(fields);
  await trial.redis.xadd(trial.keys.stream(step.stream), '*', ...fields);
}

export async function deleteByHand(trial: Trial, step: StepOf<'deleteByHand'>): Promise<void> {
  const stream = trial.model.stream(step.stream);
  const entry = stream.entries[step.pick % Math.max(1, stream.entries.length)];
  if (entry === undefined) return;
  stream.drop(entry);
  await trial.redis.xdel(trial.keys.stream(step.stream), entry.id);
}

/** State writes with versions from the model, right or wrong on purpose. */
export function stateWrites(trial: Trial, choices: StepOf<'change'>['states']): StateWrite[] {
  return choices.map(({ key, stale, remove }) => {
    const name = `s${String(key)}`;
    const version = trial.model.versionOf(name);
    const wrong = version > 0 && key % 2 === 0 ? version - 1 : version + 1;
    return {
      key: name,
      expectedVersion: stale ? wrong : version,
      value: remove ? null : { is: trial.token() },
    };
  });
}

export function writeStates({ model }: Trial, states: readonly StateWrite[]): void {
  for (const { key, expectedVersion, value } of states) {
    model.writeState(key, expectedVersion, value === null ? '' : JSON.stringify(value));
  }
}

export async function change(trial: Trial, step: StepOf<'change'>): Promise<void> {
  const { model } = trial;
  const token = step.again && trial.lastChange !== undefined ? trial.lastChange : trial.token();
  const messages = step.outputs.map(({ stream, message }) => trial.message(stream, `m${String(message)}`));
  if (step.broken) messages.push(trial.message(BROKEN, 'm0'));
  const states = stateWrites(trial, step.states);
  const send = changeCall(trial, { token, messages, states });
  trial.lastChange = token;
  if (states.length > 0 && model.changes.has(token)) {
    expect(await send()).toEqual(['ok']);
    return;
  }
  const stale = states.find(({ key, expectedVersion }) => expectedVersion !== model.versionOf(key));
  if (stale !== undefined) {
    expect(await send()).toEqual(['stale', trial.keys.state(stale.key)]);
    return;
  }
  if (step.broken) return expectNothingDone(trial, send);
  writeStates(trial, states);
  if (states.length > 0) model.changes.add(token);
  for (const message of messages) model.publish(message.stream, message.id, trial.fieldsOf(message));
  expect(await send()).toEqual(['ok']);
}

function changeCall(
  { keys, scripts }: Trial,
  about: { token: string; messages: readonly Identified[]; states: readonly StateWrite[] },
): () => Promise<unknown> {
  const { token, messages, states } = about;
  const state = encodeState(keys, states);
  const encoded = messages.map((message) => encodeMessage(keys, message));
  const scriptKeys = [keys.change(token), ...state.keys, ...encoded.flatMap((message) => [...message.keys])];
  const args = encoded.flatMap((message): readonly string[] => message.args);
  return () => scripts.run('change', scriptKeys, [states.length, messages.length, ...state.args, ...args]);
}

export async function requeue(trial: Trial, step: StepOf<'requeue'>): Promise<Check | undefined> {
  const stream = trial.model.stream(step.stream);
  const letter = step.pick % 8 === 7 ? undefined : stream.letters[step.pick % Math.max(1, stream.letters.length)];
  const id = letter?.id ?? '1-1';
  const announcement = trial.message(step.broken ? BROKEN : OUT, `requeued:${step.stream}:${id}`);
  const requeueLetter = requeueLetterOf({ scripts: trial.scripts, keys: trial.keys, observer: noObserver });
  const send = () => requeueLetter(step.stream, id, step.announced ? announcement : undefined);
  if (letter === undefined) {
    expect(await send()).toEqual({ status: 'NOTFOUND', entryId: null });
    return undefined;
  }
  const earlier = stream.requeued.get(letter);
  if (earlier !== undefined) {
    expect(await send()).toEqual({ status: 'AGAIN', entryId: earlier.id });
    return undefined;
  }
  if (step.broken && step.announced) return expectNothingDone(trial, send);
  const made = putBack(stream, letter);
  if (step.announced) trial.model.publish(OUT, announcement.id, trial.fieldsOf(announcement));
  const reply = await send();
  return () => {
    expect(reply).toEqual({ status: 'REQUEUED', entryId: made.id });
  };
}

function putBack(stream: ModelStream, letter: ModelLetter): ModelEntry {
  const kept: string[] = [];
  let data: string[] = [];
  for (let i = 0; i < letter.entry.fields.length; i += 2) {
    const [name = '', value = ''] = letter.entry.fields.slice(i, i + 2);
    if (name === 'data') data = [name, value];
    else if (name !== 'group' && name !== 'id') kept.push(name, value);
  }
  const entry = stream.add(['group', letter.group, ...data, ...kept, 'id', letter.messageId]);
  stream.requeued.set(letter, entry);
  return entry;
}
