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
  /** Digest of the message id and what is known of the effect, one letter; '' = the entry is only acknowledged. */
  readonly head: string;
  readonly state: EncodedState | undefined;
  readonly outputs: readonly EncodedOutput[];
  /** About, characters. */
  readonly size: number;
}

const NOTHING: readonly EncodedOutput[] = [];

/** @throws PermanentError for outputs or state that cannot be sent. */
export function encodeSettlement(core: BusCore, delivery: Delivery, effect: Effect | undefined): EncodedSettlement {
  if (effect === undefined) return { delivery, head: '', state: undefined, outputs: NOTHING, size: 32 };
  const { messageId, digest } = delivery.header;
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
  return { delivery, head: digest + (effect.repeated ? 'r' : 'n'), state, outputs, size };
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

/** Two small counts in one argument: states in the upper part, outputs below 65,536. */
function packCounts(states: number, outputs: number): number {
  return states * 65_536 + outputs;
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
      const { state, outputs, head } = settlement;
      const states = state === undefined ? 0 : state.keys.length;
      entryArgs.push(settlement.delivery.entry.entryId, head, packCounts(states, outputs.length));
      if (state !== undefined) {
        entryArgs.push(...state.args);
        stateKeys.push(...state.keys);
      }
      for (const output of outputs) entryArgs.push(channels.indexOf(output), output.head, output.id, output.data);
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
