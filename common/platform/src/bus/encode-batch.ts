import type { BusCore } from './bus-core.js';
import type { Delivery } from './delivery.js';
import { type EncodedOutput, encodeOutput, encodeState } from './encode-message.js';
import { compareEntryIds } from './entry-id.js';
import { deriveOutputId } from './message-id.js';
import type { Outgoing, StateWrite } from './message.js';
import type { ScriptArgument } from './redis-scripts.js';

/** What a handler's run comes to. */
export interface Effect {
  /** Those without an id get one from the input's id and their place. */
  readonly outputs: readonly Outgoing[];
  readonly state: readonly StateWrite[];
  readonly traceId: string;
  /** The effect's own store had answered a repeat. */
  readonly repeated: boolean;
}

interface EncodedState {
  readonly keys: readonly string[];
  readonly args: readonly ScriptArgument[];
}

/** An entry with its effect, as the commitMany script wants it. */
export interface EncodedSettlement {
  readonly delivery: Delivery;
  /** The effect is missing: the entry is only acknowledged. */
  readonly passed: boolean;
  readonly repeated: boolean;
  readonly state: EncodedState | undefined;
  readonly outputs: readonly EncodedOutput[];
  /** About, characters. */
  readonly size: number;
}

const NOTHING: readonly EncodedOutput[] = [];

/** @throws PermanentError for outputs or state that cannot be sent. */
export function encodeSettlement(core: BusCore, delivery: Delivery, effect: Effect | undefined): EncodedSettlement {
  if (effect === undefined) {
    return { delivery, passed: true, repeated: false, state: undefined, outputs: NOTHING, size: 32 };
  }
  const { messageId } = delivery.header;
  let size = 64;
  let outputs = NOTHING;
  if (effect.outputs.length > 0) {
    outputs = effect.outputs.map((output, index) =>
      encodeOutput(output, output.id ?? deriveOutputId(messageId, index), effect.traceId),
    );
    for (const { data } of outputs) size += data.length + 128;
  }
  let state: EncodedState | undefined;
  if (effect.state.length > 0) {
    state = encodeState(core.keys, effect.state);
    for (const argument of state.args) size += String(argument).length;
  }
  return { delivery, passed: false, repeated: effect.repeated, state, outputs, size };
}

export interface EncodedBatch {
  readonly keys: readonly string[];
  readonly args: readonly ScriptArgument[];
  /** The batch in the order in which the script answers. */
  readonly order: readonly EncodedSettlement[];
}

/** Streams and types of a batch's outputs, numbered from 0. */
class Channels {
  readonly keys: string[] = [];
  readonly args: ScriptArgument[] = [];
  readonly #streams = new Map<string, number>();
  readonly #channels = new Map<string, number>();
  readonly #core: BusCore;

  constructor(core: BusCore) {
    this.#core = core;
  }

  get streamCount(): number {
    return this.#streams.size;
  }

  get count(): number {
    return this.#channels.size;
  }

  indexOf({ stream, type }: EncodedOutput): number {
    const name = `${stream} ${type}`;
    const known = this.#channels.get(name);
    if (known !== undefined) return known;
    let place = this.#streams.get(stream);
    if (place === undefined) {
      place = this.#streams.size;
      this.#streams.set(stream, place);
      this.keys.push(this.#core.keys.stream(stream), this.#core.keys.published(stream));
    }
    this.#channels.set(name, this.#channels.size);
    this.args.push(place, type);
    return this.#channels.size - 1;
  }
}

/** Everything of an entry but its state and outputs, in one argument: each argument has its price in the client. */
function entryArgumentOf({ delivery, passed, repeated, state, outputs }: EncodedSettlement): string {
  const { entry, header } = delivery;
  const letter = passed ? 'p' : repeated ? 'r' : 'n';
  const states = state === undefined ? 0 : state.keys.length;
  return `${header.digest}${letter}${entry.entryId} ${String(states)} ${String(outputs.length)}`;
}

/** KEYS and ARGV of commitMany for settlements of one group, in sections by stream. */
export function encodeBatch(
  core: BusCore,
  batch: readonly EncodedSettlement[],
  names: { group: string; token: string; slot: number },
): EncodedBatch {
  const { keys, consumer } = core;
  const { group, token, slot } = names;
  const sections = sectionsOf(batch);
  const channels = new Channels(core);
  const order: EncodedSettlement[] = [];
  const sectionKeys: string[] = [];
  const entryArgs: ScriptArgument[] = [];
  const stateKeys: string[] = [];
  for (const [stream, settlements] of sections) {
    sectionKeys.push(
      keys.stream(stream),
      keys.published(stream),
      keys.done(stream, group),
      keys.failures(stream, group),
      keys.retries(stream, group),
    );
    entryArgs.push(`${stream}:${group}`, settlements.length);
    for (const settlement of settlements) {
      order.push(settlement);
      const { state, outputs } = settlement;
      entryArgs.push(entryArgumentOf(settlement));
      if (state !== undefined) {
        entryArgs.push(...state.args);
        stateKeys.push(...state.keys);
      }
      for (const output of outputs) {
        const { digest, traceId, id, data } = output;
        entryArgs.push(`${digest}${traceId}${String(channels.indexOf(output))} ${id}`, data);
      }
    }
  }
  return {
    keys: [keys.answers(group, consumer), keys.suppressed(), ...sectionKeys, ...channels.keys, ...stateKeys],
    args: [
      group,
      consumer,
      token,
      slot,
      sections.size,
      channels.streamCount,
      channels.count,
      ...channels.args,
      ...entryArgs,
    ],
    order,
  };
}

function sectionsOf(batch: readonly EncodedSettlement[]): Map<string, EncodedSettlement[]> {
  const sections = new Map<string, EncodedSettlement[]>();
  for (const settlement of batch) {
    const { stream } = settlement.delivery.entry;
    const section = sections.get(stream);
    if (section === undefined) sections.set(stream, [settlement]);
    else section.push(settlement);
  }
  for (const section of sections.values()) {
    section.sort((a, b) => compareEntryIds(a.delivery.entry.entryId, b.delivery.entry.entryId));
  }
  return sections;
}
