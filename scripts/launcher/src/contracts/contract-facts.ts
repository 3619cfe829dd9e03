import ts from 'typescript';
import { crashPoints } from '@octant/platform/bus/crash-points';
import type { StreamContract } from '@octant/trading/messages/contracts/stream-contract';
import { streams } from '@octant/trading/messages/streams';
import { documentedMembers, type DocumentedMember } from './documented-members.js';
import { readAgents, type AgentSource } from './read-agents.js';
import { parseFolder, parseSource } from './source-tree.js';

const DAY_MS = 86_400_000;
const BUS = 'common/platform/src/bus';

/** What the document is made from. */
export interface ContractFacts {
  readonly streams: Readonly<Record<string, StreamContract>>;
  readonly crashPoints: Readonly<Record<string, string>>;
  readonly agents: readonly AgentSource[];
  /** Methods of `DeskKeys`. */
  readonly keys: readonly DocumentedMember[];
  /** Members of `BusTuning`. */
  readonly tuning: readonly DocumentedMember[];
  readonly deadLettersKeepMs: number;
  readonly outboxKeepMs: number;
  readonly inboxKeepMs: number;
}

/** Reads the sources below `root`. @throws Error naming the place where one is not as it must be. */
export function readContractFacts(root: string): ContractFacts {
  return {
    streams,
    crashPoints,
    agents: readAgents(root),
    keys: documentedMembers(parseSource(root, `${BUS}/desk-keys.ts`), 'DeskKeys'),
    tuning: documentedMembers(parseSource(root, `${BUS}/bus-tuning.ts`), 'BusTuning'),
    deadLettersKeepMs: getConstant(root, 'DEAD_LETTERS_KEEP_MS'),
    outboxKeepMs: DAY_MS * getConstant(root, 'OUTBOX_DAYS'),
    inboxKeepMs: DAY_MS * getConstant(root, 'INBOX_DAYS'),
  };
}

/** The value of a constant of the bus: a number, or a product of numbers. */
function getConstant(root: string, name: string): number {
  for (const file of parseFolder(root, BUS, `const ${name} `)) {
    for (const statement of file.tree.statements) {
      if (!ts.isVariableStatement(statement)) continue;
      const [declaration] = statement.declarationList.declarations;
      if (declaration?.name.getText() === name) return productOf(declaration.initializer, `${file.path}: ${name}`);
    }
  }
  throw new Error(`${BUS}: expected a constant ${name}, was none`);
}

function productOf(node: ts.Expression | undefined, what: string): number {
  const factors = (node?.getText() ?? '').split('*').map((text) => Number(text.trim().replaceAll('_', '')));
  if (factors.some((factor) => !Number.isFinite(factor) || factor === 0)) {
    throw new Error(`${what}: expected a product of numbers, was ${node?.getText() ?? 'nothing'}`);
  }
  return factors.reduce((product, factor) => product * factor, 1);
}
