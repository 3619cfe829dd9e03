import type { BusCore } from './bus-core.js';
import type { Delivery } from './delivery.js';
import { type Identified, encodeMessage, encodeState } from './encode-message.js';
import { compareEntryIds } from './entry-id.js';
import type { StateWrite } from './message.js';
import type { ScriptArgument } from './redis-scripts.js';

/** What a handler's run comes to; undefined effect = the entry is only acknowledged. */
export interface Effect {
  readonly outputs: readonly Identified[];
  readonly state: readonly StateWrite[];
  readonly traceId: string;
  /** The effect's own store had answered a repeat. */
  readonly repeated: boolean;
}

/** An entry with its effect, as the commitMany script wants it. */
export interface EncodedSettlement {
  readonly delivery: Delivery;
  readonly args: readonly ScriptArgument[];
  readonly stateKeys: readonly string[];
  readonly stateArgs: readonly ScriptArgument[];
  readonly outputs: readonly { readonly keys: readonly [string, string]; readonly args: readonly string[] }[];
  /** About, characters. */
  readonly size: number;
}

/** @throws PermanentError for outputs or state that cannot be sent. */
export function encodeSettlement(core: BusCore, delivery: Delivery, effect: Effect | undefined): EncodedSettlement {
  const { entry, header } = delivery;
  if (effect === undefined) {
    return { delivery, args: [entry.entryId, '', '0', 0, 0], stateKeys: [], stateArgs: [], outputs: [], size: 32 };
  }
  const state = encodeState(core.keys, effect.state);
  const outputs = effect.outputs.map((output) => encodeMessage(core.keys, output, effect.traceId));
  let size = 64;
  for (const { args } of outputs) size += args[4].length + 128;
  for (const argument of state.args) size += String(argument).length;
  const repeated = effect.repeated ? '1' : '0';
  return {
    delivery,
    args: [entry.entryId, header.digest, repeated, effect.state.length, outputs.length],
    stateKeys: state.keys,
    stateArgs: state.args,
    outputs,
    size,
  };
}

export interface EncodedBatch {
  readonly keys: readonly string[];
  readonly args: readonly ScriptArgument[];
  /** The batch in the order in which the script answers. */
  readonly order: readonly EncodedSettlement[];
}

/** KEYS and ARGV of commitMany for settlements of one group, in sections by stream. */
export function encodeBatch(
  core: BusCore,
  batch: readonly EncodedSettlement[],
  names: { group: string; token: string; slot: number },
): EncodedBatch {
  const { keys } = core;
  const { group } = names;
  const order: EncodedSettlement[] = [];
  const sectionKeys: string[] = [];
  const entryArgs: ScriptArgument[] = [];
  const stateKeys: string[] = [];
  const outStreams = new Map<string, number>();
  const outKeys: string[] = [];
  const sections = sectionsOf(batch);
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
      entryArgs.push(...settlement.args, ...settlement.stateArgs);
      stateKeys.push(...settlement.stateKeys);
      for (const output of settlement.outputs) {
        let index = outStreams.get(output.keys[0]);
        if (index === undefined) {
          index = outStreams.size;
          outStreams.set(output.keys[0], index);
          outKeys.push(...output.keys);
        }
        entryArgs.push(index, ...output.args);
      }
    }
  }
  return {
    keys: [keys.answers(group, core.consumer), keys.suppressed(), ...sectionKeys, ...outKeys, ...stateKeys],
    args: [group, core.consumer, names.token, names.slot, sections.size, outStreams.size, ...entryArgs],
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
