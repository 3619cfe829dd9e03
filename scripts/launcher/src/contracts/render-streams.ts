import type { GroupContract, StreamContract } from '@octant/trading/messages/contracts/stream-contract';
import type { AgentSource } from './read-agents.js';
import { code, table } from './markdown.js';
import { payloadVariants, type PayloadVariant } from './payload-fields.js';

/** Stream, producers and groups in one table. */
export function renderOverview(streams: Readonly<Record<string, StreamContract>>): string {
  const rows = Object.entries(streams).map(([name, { producers, groups }]) => [
    `[${code(name)}](#${name.replaceAll('.', '')})`,
    producers.join(', '),
    Object.entries(groups)
      .map(([group, { agent }]) => (group === agent ? code(group) : `${code(group)} (${agent})`))
      .join(', '),
  ]);
  return table(['Stream', 'Published by', 'Groups'], rows);
}

/** The section of one stream. */
export function renderStream(name: string, stream: StreamContract, agents: readonly AgentSource[]): string {
  return [
    `### ${name}`,
    stream.purpose,
    table(['Published by', 'In', 'Entry type'], producerRows(name, agents)),
    table(['Message id', 'By', 'Of'], idRows(stream)),
    table(['Group', 'Agent', 'Handler', 'Takes', 'Does', 'Ordered by'], groupRows(name, stream, agents)),
    ...renderPayload(stream),
  ].join('\n\n');
}

function producerRows(name: string, agents: readonly AgentSource[]): string[][] {
  return agents.flatMap(({ agent, publishes }) => {
    const here = publishes.filter(({ stream }) => stream === name);
    return [...new Set(here.map(({ file }) => file))].map((file) => {
      const types = here.filter((publish) => publish.file === file).map(({ type }) => type);
      return [
        agent,
        linkTo(file),
        [...new Set(types.map((type) => (type === undefined ? 'by message' : code(type))))].join(', '),
      ];
    });
  });
}

function idRows({ ids }: StreamContract): string[][] {
  return ids.map(({ id, by, of }) => [code(id), by, of ?? 'every message']);
}

function groupRows(name: string, { groups }: StreamContract, agents: readonly AgentSource[]): string[][] {
  return Object.entries(groups).map(([group, contract]) => [
    code(group),
    contract.agent,
    handlersOf(name, contract, agents).map(linkTo).join(', '),
    contract.takes ?? 'all',
    contract.does,
    contract.orderedBy === null ? 'nothing' : code(contract.orderedBy),
  ]);
}

function handlersOf(name: string, { agent }: GroupContract, agents: readonly AgentSource[]): readonly string[] {
  const source = agents.find((one) => one.agent === agent);
  return source?.subscriptions.filter(({ stream }) => stream === name).flatMap(({ handlers }) => handlers) ?? [];
}

function renderPayload({ schema, examples }: StreamContract): string[] {
  const variants = payloadVariants(schema);
  return variants.flatMap((variant) => {
    const example = examples.find((one) => variant.type === undefined || one['type'] === variant.type);
    const title = variant.type === undefined ? [] : [`**${code(variant.type)}**: ${variant.meaning}`];
    return [...title, fieldTable(variant), `\`\`\`json\n${JSON.stringify(example, null, 2)}\n\`\`\``];
  });
}

function fieldTable({ fields }: PayloadVariant): string {
  const rows = fields.map(({ path, type, required, meaning }) => [code(path), type, required ? 'yes' : 'no', meaning]);
  return table(['Field', 'Type', 'Required', 'Meaning'], rows);
}

/** Links are read from `docs/`. */
function linkTo(file: string): string {
  return `[${file.replace(/^agents\/[^/]+\/src\//, '')}](../${file})`;
}
