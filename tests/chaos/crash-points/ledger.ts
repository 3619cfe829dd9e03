import { type Kind, type Situation, countOfKind } from './situations.js';

/** Kinds that are in Postgres before they are published. */
export const ROOTS: readonly Kind[] = [
  'chain',
  'row',
  'send',
  'unsure',
  'flaky',
  'poison',
  'bug',
  'curable',
  'held',
  'suspect',
  'left',
];
const WITH_ROW: readonly Kind[] = ['row', 'held', 'curable'];
const AT_PROVIDER: readonly Kind[] = ['send', 'unsure'];
const WITHOUT_OUTPUT: readonly Kind[] = ['poison', 'bug', 'ballast'];

/** What the servers have of a desk; lists are sorted, and show what is there twice. */
export interface Ledger {
  /** Messages of the work stream, by their ids. */
  readonly published: readonly string[];
  readonly requeued: readonly string[];
  readonly outputs: readonly string[];
  readonly rows: readonly string[];
  /** At the provider. */
  readonly orders: readonly string[];
  readonly counter: number;
  readonly ticks: number;
  readonly dead: readonly string[];
  /** By group: entries that are pending, parked or failed, and whether something was not delivered. */
  readonly groups: Readonly<
    Record<string, { pending: number; failures: number; retries: number; behind: boolean } | undefined>
  >;
  readonly outbox: { readonly rows: number; readonly unpublished: number };
  readonly unconfirmed: number;
  readonly oldRows: number;
  readonly ballast: 'as it should be' | number;
}

/** What the servers have when every message of the situation is done with as it should be. */
export function expectedLedger(situation: Situation, groups: readonly string[]): Ledger {
  const { kinds, expectCondemned = false } = situation;
  const keys = (wanted: (kind: Kind) => boolean) => kinds.filter(wanted).flatMap(keysOf).sort();
  const dead = [
    ...keys((kind) => kind === 'poison').map((key) => `${key} permanent, 1 failed`),
    ...keys((kind) => kind === 'bug').map((key) => `${key} failures, 3 failed`),
    ...keys((kind) => kind === 'curable').map((key) => `${key} permanent, 1 failed`),
    ...(expectCondemned ? keys((kind) => kind === 'suspect').map((key) => `${key} process_deaths, 5 failed`) : []),
  ];
  const condemned = (kind: Kind) => expectCondemned && kind === 'suspect';
  const isCounted = (kind: Kind) => kind === 'chain' || kind === 'late';
  const inOutbox = (kind: Kind) => WITH_ROW.includes(kind) || AT_PROVIDER.includes(kind) || kind === 'route';
  const settled = { pending: 0, failures: 0, retries: 0, behind: false };
  return {
    published: keys((kind) => ROOTS.includes(kind) || kind === 'late'),
    requeued: keys((kind) => kind === 'curable'),
    outputs: keys((kind) => !WITHOUT_OUTPUT.includes(kind) && !condemned(kind)),
    rows: [
      ...keys((kind) => WITH_ROW.includes(kind)),
      ...keys((kind) => kind === 'curable').map((key) => `${key}@bystanders`),
    ].sort(),
    outbox: { rows: keys(inOutbox).length, unpublished: 0 },
    unconfirmed: 0,
    oldRows: 0,
    orders: keys((kind) => AT_PROVIDER.includes(kind)),
    counter: keys(isCounted).length,
    ticks: kinds.includes('timer') ? 1 : 0,
    dead: dead.sort(),
    groups: Object.fromEntries(groups.map((group) => [group, settled])),
    ballast: 'as it should be',
  };
}

/** Keys of the messages of a kind. */
export function keysOf(kind: Kind): string[] {
  return Array.from({ length: countOfKind[kind] }, (_, n) => `${kind}-${String(n)}`);
}
